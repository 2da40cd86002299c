#include "pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#if defined(__linux__)
#include <malloc.h>
#endif

// Between two jobs of a training step lies some Python: a worker that sleeps at once would be woken for each of them.
enum { SPINS = 50000 };

// generation, number of tasks and next task in one word: a thread that is late can take nothing of a job that is over
enum { BITS = 20, MOST_TASKS = (1 << BITS) - 1 };
static _Atomic unsigned long long ticket;
static _Atomic long done;
static _Atomic int asleep, waiting;
static task *current;
static void *argument;
static long first_task;  // of those that the ticket counts, in the job

static pthread_mutex_t one_call = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t bed = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t bell = PTHREAD_COND_INITIALIZER, end = PTHREAD_COND_INITIALIZER;
static int wanted = 1, started = 1;
static struct { void *memory; size_t bytes; } scratches[MOST_THREADS][SLOTS];

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// Take and do one task; 0 where none is left.
static int work(int thread) {
    unsigned long long seen = atomic_load(&ticket);
    for (;;) {
        long next = seen & MOST_TASKS, n = (seen >> BITS) & MOST_TASKS;
        if (next >= n) return 0;
        if (atomic_compare_exchange_weak(&ticket, &seen, seen + 1)) {
            current(argument, first_task + next, thread);
            if (atomic_fetch_add(&done, 1) + 1 == n && atomic_load(&waiting)) {
                pthread_mutex_lock(&bed);
                pthread_cond_signal(&end);
                pthread_mutex_unlock(&bed);
            }
            return 1;
        }
    }
}

static int idle(void) {
    unsigned long long seen = atomic_load(&ticket);
    return (long)(seen & MOST_TASKS) >= (long)((seen >> BITS) & MOST_TASKS);
}

static void *worker(void *number) {
    int thread = (int)(size_t)number;
    for (;;) {
        int spins = 0;
        while (thread < wanted && spins++ < SPINS)
            if (work(thread)) spins = 0;
            else pause_briefly();
        pthread_mutex_lock(&bed);
        atomic_fetch_add(&asleep, 1);
        while (thread >= wanted || idle()) pthread_cond_wait(&bell, &bed);
        atomic_fetch_sub(&asleep, 1);
        pthread_mutex_unlock(&bed);
    }
    return NULL;
}

// A child of fork has none of its parent's threads, and nothing of a job that these were doing.
static void forget_threads(void) {
    started = 1;
    ticket = 0;
    asleep = waiting = 0;
    one_call = bed = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    bell = end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
}

// A training step asks for the same large arrays again and again. glibc would give them back to the system in between, and
// to be given a page costs as much as to fill it three times.
static void keep_memory(void) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

void acquire_pool(void) { pthread_mutex_lock(&one_call); }
void release_pool(const int *held) { pthread_mutex_unlock(&one_call); }

void set_threads(int n) {
    static int registered;
    HOLD_POOL;
    if (!registered++) {
        pthread_atfork(NULL, NULL, forget_threads);
        keep_memory();
    }
    wanted = n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : n;
}

static void start_threads(void) {
    for (; started < wanted; started++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, worker, (void *)(size_t)started)) return;  // fewer will do
        pthread_detach(thread);
    }
}

// As many tasks of a job as the ticket can count.
static void some_tasks(task *run, void *job, long first, long n) {
    current = run;
    argument = job;
    first_task = first;
    atomic_store(&done, 0);
    unsigned long long generation = (atomic_load(&ticket) >> (2 * BITS)) + 1;
    atomic_store(&ticket, generation << (2 * BITS) | (unsigned long long)n << BITS);
    if (atomic_load(&asleep)) {
        pthread_mutex_lock(&bed);
        pthread_cond_broadcast(&bell);
        pthread_mutex_unlock(&bed);
    }
    while (work(0)) {}
    for (int spins = 0; atomic_load(&done) < n && spins < SPINS / 5; spins++) pause_briefly();
    if (atomic_load(&done) < n) {  // a thread that has begun a task waits for a core: it may have this one
        pthread_mutex_lock(&bed);
        atomic_store(&waiting, 1);
        while (atomic_load(&done) < n) pthread_cond_wait(&end, &bed);
        atomic_store(&waiting, 0);
        pthread_mutex_unlock(&bed);
    }
}

void parallel(task *run, void *job, long n) {
    if (n == 1 || wanted == 1) {
        for (long i = 0; i < n; i++) run(job, i, 0);
        return;
    }
    start_threads();
    for (long first = 0; first < n; first += MOST_TASKS)
        some_tasks(run, job, first, n - first < MOST_TASKS ? n - first : MOST_TASKS);
}

void *scratch(int thread, int slot, size_t bytes) {
    if (scratches[thread][slot].bytes < bytes) {
        free(scratches[thread][slot].memory);
        scratches[thread][slot].memory = NULL;
        if (posix_memalign(&scratches[thread][slot].memory, 64, bytes)) abort();
        scratches[thread][slot].bytes = bytes;
    }
    return scratches[thread][slot].memory;
}
