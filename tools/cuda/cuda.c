// CUDA on the host: memory is malloc's, copies are counted, a kernel is a function of a shared object.
// Signatures: NVIDIA's cuda_runtime_api.h, cuda.h and cublas_v2.h of CUDA 12.9.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_OF_MEMORY = 2, TO_DEVICE = 1, TO_HOST = 2, FAILED = 999 };

// what happened since `emulated_reset`: bytes copied each way, waits of the host for the device, kernels
long emulated_to_device, emulated_to_host, emulated_waits, emulated_kernels;

void emulated_reset(void) { emulated_to_device = emulated_to_host = emulated_waits = emulated_kernels = 0; }

int emulated_refuse(const char *name) {
    fprintf(stderr, "tools/cuda/cuda.c has no %s\n", name);
    return FAILED;
}

#define NOTHING(name) int name(void) { return 0; }

// The device: compute capability 9.0, as far as anyone asks

int cudaGetDeviceCount(int *count) { return *count = 1, 0; }
int cudaGetDevice(int *device) { return *device = 0, 0; }
int cudaSetDevice(int device) { return device != 0; }
int cudaDriverGetVersion(int *version) { return *version = 12090, 0; }
int cudaRuntimeGetVersion(int *version) { return *version = 12090, 0; }
const char *cudaGetErrorName(int error) { return "emulated"; }
const char *cudaGetErrorString(int error) { return "tools/cuda/cuda.c says no"; }
NOTHING(cudaGetLastError)

int cudaDeviceGetAttribute(int *value, int attribute, int device) {
    switch (attribute) {
    case 75: return *value = 9, 0;           // major compute capability
    case 76: return *value = 0, 0;           // minor
    case 1: case 2: case 3: case 4: return *value = 1024, 0;   // threads of a block
    case 5: case 6: case 7: return *value = 65535, 0;          // blocks of a grid
    case 8: return *value = 49152, 0;        // shared memory of a block
    case 10: return *value = 32, 0;          // warp
    case 16: return *value = 1, 0;           // multiprocessors
    default: return *value = 0, 0;
    }
}

int cudaGetDeviceProperties_v2(char *properties, int device) {
    memset(properties, 0, 1032);
    return strcpy(properties, "emulated"), 0;
}

int cudaPointerGetAttributes(int *attributes, const void *pointer) {
    memset(attributes, 0, 32);
    attributes[0] = 2;                       // device memory
    return 0;
}

// Memory

int cudaMemGetInfo(size_t *free, size_t *total) { return *free = *total = (size_t)8 << 30, 0; }
int cudaMalloc(void **pointer, size_t size) { return (*pointer = calloc(1, size + 256)) ? 0 : OUT_OF_MEMORY; }
int cudaHostAlloc(void **pointer, size_t size, unsigned flags) { return cudaMalloc(pointer, size); }
int cudaFree(void *pointer) { return free(pointer), 0; }
int cudaFreeHost(void *pointer) { return free(pointer), 0; }

int cudaMemcpy(void *to, const void *from, size_t size, int kind) {
    if (kind == TO_DEVICE) emulated_to_device += size;
    if (kind == TO_HOST) emulated_to_host += size;
    emulated_waits++;                        // as CUDA's does
    return memcpy(to, from, size), 0;
}

int cudaMemcpyAsync(void *to, const void *from, size_t size, int kind, void *stream) {
    emulated_waits--;
    return cudaMemcpy(to, from, size, kind);
}

int cudaMemsetAsync(void *to, int value, size_t size, void *stream) { return memset(to, value, size), 0; }

// Streams and events: everything is done at once

int cudaStreamCreate(void **stream) { return cudaMalloc(stream, 1); }
int cudaStreamCreateWithFlags(void **stream, unsigned flags) { return cudaMalloc(stream, 1); }
int cudaStreamDestroy(void *stream) { return free(stream), 0; }
int cudaStreamIsCapturing(void *stream, int *status) { return *status = 0, 0; }
int cudaStreamSynchronize(void *stream) { return emulated_waits++, 0; }
int cudaDeviceSynchronize(void) { return emulated_waits++, 0; }
int cudaEventSynchronize(void *event) { return emulated_waits++, 0; }
int cudaEventCreate(void **event) { return cudaMalloc(event, 1); }
int cudaEventCreateWithFlags(void **event, unsigned flags) { return cudaMalloc(event, 1); }
int cudaEventDestroy(void *event) { return free(event), 0; }
NOTHING(cudaEventRecord)
NOTHING(cudaEventQuery)
NOTHING(cudaStreamQuery)
NOTHING(cudaStreamWaitEvent)

// Modules and kernels: a "cubin" is the path of a shared object that has NAME_on_host for each kernel NAME

int cuCtxGetCurrent(void **context) { return *context = (void *)1, 0; }
int cuCtxGetDevice(int *device) { return *device = 0, 0; }
NOTHING(cuCtxSetCurrent)

int cuGetErrorName(int error, const char **name) { return *name = "emulated", 0; }
int cuGetErrorString(int error, const char **text) { return *text = cudaGetErrorString(error), 0; }

int cuModuleLoadData(void **module, const void *path) {
    *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!*module) fprintf(stderr, "%s\n", dlerror());
    return *module ? 0 : FAILED;
}

NOTHING(cuModuleUnload)

int cuModuleGetFunction(void **function, void *module, const char *name) {
    char symbol[4096];
    snprintf(symbol, sizeof symbol, "%s_on_host", name);
    return (*function = dlsym(module, symbol)) ? 0 : emulated_refuse(symbol);
}

int cuLaunchKernel(void (*kernel)(void **), unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *stream, void **arguments, void **extra) {
    emulated_kernels++;
    kernel(arguments);
    return 0;
}

int cuFuncGetAttribute(int *value, int attribute, void *function) { return *value = attribute ? 0 : 1024, 0; }

int cuOccupancyMaxPotentialBlockSize(int *grid, int *block, void *kernel, void *sizes, size_t shared, int limit) {
    return *grid = 1, *block = 128, 0;
}

// cuBLAS: column-major

int cublasCreate_v2(void **handle) { return cudaMalloc(handle, 1); }
int cublasDestroy_v2(void *handle) { return free(handle), 0; }
int cublasGetPointerMode_v2(void *handle, int *mode) { return *mode = *(int *)handle, 0; }
int cublasSetPointerMode_v2(void *handle, int mode) { return *(int *)handle = mode, 0; }
int cublasGetMathMode(void *handle, int *mode) { return *mode = 0, 0; }
NOTHING(cublasSetStream_v2)
NOTHING(cublasSetWorkspace_v2)
NOTHING(cublasSetMathMode)

#define PRODUCTS(REAL, GEMM, GEMV, DOT)                                                                              \
    int GEMM##_v2(void *handle, int ta, int tb, int m, int n, int k, const REAL *alpha, const REAL *A, int lda,     \
                  const REAL *B, int ldb, const REAL *beta, REAL *C, int ldc) {                                      \
        emulated_kernels++;                                                                                          \
        for (long j = 0; j < n; j++)                                                                                 \
            for (long i = 0; i < m; i++) {                                                                           \
                double sum = 0;                                                                                      \
                for (long l = 0; l < k; l++)                                                                         \
                    sum += (double)A[ta ? i * lda + l : l * lda + i] * B[tb ? l * ldb + j : j * ldb + l];            \
                REAL *c = C + j * ldc + i;                                                                           \
                *c = *alpha * sum + (*beta ? *beta * *c : 0);                                                        \
            }                                                                                                        \
        return 0;                                                                                                    \
    }                                                                                                                \
    int GEMM##StridedBatched(void *handle, int ta, int tb, int m, int n, int k, const REAL *alpha, const REAL *A,   \
                             int lda, long long a, const REAL *B, int ldb, long long b, const REAL *beta, REAL *C,  \
                             int ldc, long long c, int count) {                                                      \
        for (long i = 0; i < count; i++)                                                                             \
            GEMM##_v2(handle, ta, tb, m, n, k, alpha, A + i * a, lda, B + i * b, ldb, beta, C + i * c, ldc);         \
        return 0;                                                                                                    \
    }                                                                                                                \
    int GEMV##_v2(void *handle, int transposed, int m, int n, const REAL *alpha, const REAL *A, int lda,            \
                  const REAL *x, int step_x, const REAL *beta, REAL *y, int step_y) {                                \
        emulated_kernels++;                                                                                          \
        for (long i = 0; i < (transposed ? n : m); i++) {                                                            \
            double sum = 0;                                                                                          \
            for (long l = 0; l < (transposed ? m : n); l++)                                                          \
                sum += (double)A[transposed ? i * lda + l : l * lda + i] * x[l * step_x];                            \
            y[i * step_y] = *alpha * sum + (*beta ? *beta * y[i * step_y] : 0);                                      \
        }                                                                                                            \
        return 0;                                                                                                    \
    }                                                                                                                \
    int DOT##_v2(void *handle, int n, const REAL *x, int step_x, const REAL *y, int step_y, REAL *result) {         \
        emulated_kernels++;                                                                                          \
        double sum = 0;                                                                                              \
        for (long i = 0; i < n; i++) sum += (double)x[i * step_x] * y[i * step_y];                                   \
        return *result = sum, 0;                                                                                     \
    }

PRODUCTS(float, cublasSgemm, cublasSgemv, cublasSdot)
PRODUCTS(double, cublasDgemm, cublasDgemv, cublasDdot)

// A and C of one type, computed in it; types as in library_types.h: 0 float, 1 double
int cublasGemmEx(void *handle, int ta, int tb, int m, int n, int k, const void *alpha, const void *A, int type_a, int lda,
                 const void *B, int type_b, int ldb, const void *beta, void *C, int type_c, int ldc, int compute, int how) {
    if (type_a != type_b || type_a != type_c || type_a > 1) return emulated_refuse("cublasGemmEx of mixed types");
    return type_a ? cublasDgemm_v2(handle, ta, tb, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc)
                  : cublasSgemm_v2(handle, ta, tb, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}
