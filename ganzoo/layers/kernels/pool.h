// Tasks 0 to n - 1 of a job on a few threads. Which thread takes which is chance; what a task does must not depend on it.
#pragma once
#include <stddef.h>

enum { MOST_THREADS = 64 };

typedef void task(void *job, long number, int thread);

void parallel(task *run, void *job, long n);
void set_threads(int n);

// Memory of `thread` (the number that its task was given), `bytes` long at least, kept until that thread asks again.
// `slot` tells apart what one task asks for.
enum { SLOTS = 3 };
void *scratch(int thread, int slot, size_t bytes);
