// A few threads that share the tasks of a job, and memory that they keep between jobs.
#pragma once
#include <stddef.h>

enum { MOST_THREADS = 64 };

typedef void task(void *job, long number, int thread);

// Python calls the kernels without its lock, from several of its own threads perhaps, and there is one pool. A kernel has
// the pool to itself from this line to the end of its block, for without it two calls would write to the same scratch
// memory. A kernel that hands all its work to another one leaves this to that one.
#define HOLD_POOL __attribute__((cleanup(release_pool), unused)) int held = (acquire_pool(), 1)
void acquire_pool(void);
void release_pool(const int *held);

// Run tasks 0 to n - 1. Which thread takes which is chance; what a task does must not depend on it.
void parallel(task *run, void *job, long n);
void set_threads(int n);

// Memory of `thread` (the number that its task was given), `bytes` long at least, kept until that thread asks again.
// `slot` tells apart what one task asks for.
enum { SLOTS = 3 };
void *scratch(int thread, int slot, size_t bytes);
