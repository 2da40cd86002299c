// One step of Adam on one parameter, in Chainer's order of operations, so that the result is Chainer's bit for bit.
#include "pool.h"
#include "real.h"

#pragma clang fp contract(off)

enum { VALUES_A_TASK = 1 << 15 };

typedef struct {
    REAL *parameter, *m, *v;
    const REAL *gradient;
    long n;
    REAL rate1, rate2, step, eps, kept, eta;
} Job;

static void some_values(void *given, long number, int thread) {
    const Job job = *(const Job *)given;
    long end = min(job.n, (number + 1) * VALUES_A_TASK);
    for (long i = number * VALUES_A_TASK; i < end; i++) {
        REAL g = job.gradient[i], m = job.m[i], v = job.v[i];
        m += job.rate1 * (g - m);
        v += job.rate2 * (g * g - v);
        REAL root = sizeof(REAL) == 4 ? (REAL)sqrtf((float)v) : (REAL)sqrt((double)v);
        job.parameter[i] = job.parameter[i] * job.kept + -job.eta * (job.step / (root + job.eps) * m);
        job.m[i] = m;
        job.v[i] = v;
    }
}

// rate1 is 1 - beta1, rate2 1 - beta2, step alpha_t, kept 1 - eta * weight_decay_rate
void adam(REAL *parameter, REAL *m, REAL *v, const REAL *gradient, long n, REAL rate1, REAL rate2, REAL step, REAL eps,
          REAL kept, REAL eta) {
    HOLD_POOL;
    Job job = {parameter, m, v, gradient, n, rate1, rate2, step, eps, kept, eta};
    parallel(some_values, &job, over(n, VALUES_A_TASK));
}

typedef struct { REAL *average; const REAL *current; long n; REAL rate; } Average;

static void some_averages(void *given, long number, int thread) {
    const Average job = *(const Average *)given;
    long end = min(job.n, (number + 1) * VALUES_A_TASK);
    for (long i = number * VALUES_A_TASK; i < end; i++)
        job.average[i] += job.rate * (job.current[i] - job.average[i]);
}

// average += rate * (current - average)
void average(REAL *average, const REAL *current, long n, REAL rate) {
    HOLD_POOL;
    Average job = {average, current, n, rate};
    parallel(some_averages, &job, over(n, VALUES_A_TASK));
}
