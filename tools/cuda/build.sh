#!/bin/sh
# Fetch CuPy and what compiles kernels into .cuda/, and put cuda.c below it (README.md). Linux on x86-64.
set -eu
cd "$(dirname "$0")/../.."
. tools/lib.sh
python=.venv/bin/python
cupy=14.2.0

[ "$(uname -sm)" = "Linux x86_64" ] || { echo "CUDA is emulated on Linux on x86-64 only." >&2; exit 3; }
for tool in g++ readelf nm; do
    command -v $tool >/dev/null || { echo "$tool was not found. Install g++ and binutils." >&2; exit 3; }
done

rm -rf .cuda
mkdir -p .cuda/lib .cuda/include/thrust/detail/config
pip="quietly $python -m pip --disable-pip-version-check"
say "CuPy and NVIDIA's compiler, into .cuda"
$pip install --no-deps --target .cuda/site "cupy-cuda12x==$cupy" cuda-pathfinder==1.3.4 nvidia-cuda-nvrtc-cu12==12.9.86
$pip install --no-deps --target .cuda/headers nvidia-cuda-runtime-cu12==12.9.79 nvidia-cuda-nvcc-cu12==12.9.86
$pip install --no-deps --target .cuda/cython cython==3.2.5
CUPY_INSTALL_USE_STUB=1 $pip download --no-deps --no-binary cupy --dest .cuda "cupy==$cupy"
tar -xzf ".cuda/cupy-$cupy.tar.gz" -C .cuda

say "CuPy's layer over CUDA's runtime, without CUDA"
source=$PWD/.cuda/cupy-$cupy
cat > .cuda/include/cuda_profiler_api.h <<'C'
extern "C" { int cudaProfilerStart(void); int cudaProfilerStop(void); }
C
: > .cuda/include/thrust/detail/config/namespace.h
(cd "$source" && PYTHONPATH=../cython ../../$python -W ignore - <<'PY'
from Cython.Compiler.Main import CompilationOptions, compile, default_options
constants = {"CUPY_USE_CUDA_PYTHON": False, "CUPY_CUFFT_STATIC": False, "CUPY_CYTHON_VERSION": "3.2.5",
             "CUPY_CUDA_VERSION": 12090, "CUPY_HIP_VERSION": 0}
options = {**default_options, "cplus": True, "language_level": 3, "compile_time_env": constants}
options["compiler_directives"] = {**options["compiler_directives"], "warn.deprecated.IF": False}
compile("cupy_backends/cuda/api/runtime.pyx", CompilationOptions(**options),
        full_module_name="cupy_backends.cuda.api.runtime")
PY
)
headers=.cuda/headers/nvidia
g++ -O1 -w -shared -fPIC -I.cuda/include -I$headers/cuda_runtime/include -I$headers/cuda_nvcc/include \
    -I"$source" "-I$($python -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
    "$source/cupy_backends/cuda/api/runtime.cpp" -o .cuda/runtime.so
cp .cuda/runtime.so "$(ls .cuda/site/cupy_backends/cuda/api/runtime.*.so)"

say "CUDA"
gcc -O2 -w -shared -fPIC tools/cuda/cuda.c -o .cuda/lib/libemulated.so -ldl
modules=$(find .cuda/site/cupy .cuda/site/cupy_backends -name '*.so')
# what of CUDA is asked for by name and is not in cuda.c: it fails, and says which
for module in $modules; do nm -D --undefined-only "$module"; done | sed 's/@.*//' | awk '{print $2}' |
    grep -E '^(cu[A-Z]|cuda|cublas|cufft|curand|cusolver|cusparse|cutensor)' | sort -u > .cuda/wanted
nm -D --defined-only .cuda/lib/libemulated.so | awk '{print $3}' | sort -u | comm -13 - .cuda/wanted |
    sed "1i int emulated_refuse(const char *name);
s/.*/int &(void) { return emulated_refuse(\"&\"); }/" > .cuda/refused.c
for library in $(for module in $modules; do readelf -d "$module"; done |
    sed -n 's/.*NEEDED.*\[\(lib\(cu\|nv\)[^]]*\)\].*/\1/p' | sort -u) libcublasLt.so.12 libcudart.so.12 libcuda.so.1; do
    case $library in libnvrtc*) continue ;; esac
    versions=$(for module in $modules; do readelf -V "$module" 2>/dev/null; done | sed -n "/File: $library/,/File:/p" |
        sed -n 's/.*Name: \([A-Za-z0-9_.]*\) .*/\1/p' | sort -u)
    for version in ${versions:-none}; do echo "$version { global: *; };"; done > .cuda/versions
    gcc -w -shared -fPIC .cuda/refused.c -o ".cuda/lib/$library" -Wl,-soname,"$library" \
        ${versions:+-Wl,--version-script=.cuda/versions} -L.cuda/lib -lemulated
done
touch .cuda/ready
