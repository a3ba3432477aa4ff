#!/bin/sh
# Makes media/decoder/decoder.wasm. Run by hand, on Debian 12, after
#   apt-get install emscripten cmake
# with the source of libjpeg-turbo 3.1.3 as Debian has it (apt-get source --download-only libjpeg-turbo=1:3.1.3-4):
#   scripts/decoder/build.sh libjpeg-turbo_3.1.3.orig.tar.gz
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../media/decoder
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "3a13a5ba767dc8264bc40b185e41368a80d5d5f945944d1dbaa4b2fb0099f4e5  $1" | sha256sum --check --quiet
tar -xzf "$1" -C "$work"
source=$work/libjpeg-turbo-3.1.3

mkdir "$work/config"
(cd "$work/config" && emcmake cmake "$source" -DWITH_SIMD=0 -DENABLE_SHARED=0 -DWITH_TURBOJPEG=0 >log 2>&1)
# The test for the size of a pointer fails under emscripten; the day it was built on is nobody's business.
sed -i 's/\(SIZEOF_SIZE_T\) .*/\1 4/; s/\(BUILD\) .*/\1 ""/; s/.*undef WITH_SIMD.*/#define WITH_SIMD 1/' "$work"/config/jconfig*.h

flags="-O3 -flto -msimd128 -DNO_GETENV -Wno-everything"
include="-I $work/config -I $source/src"
# The bit reader with 64 bits at a time: libjpeg-turbo knows 64 bits beside pointers of 32 by this name.
wide="-D__x86_64__ -D__ILP32__"
mkdir "$work/objects"
for file in "$source"/src/jd*.c "$source"/src/wrapper/jd*-8.c "$source"/src/wrapper/jd*-12.c \
  "$source"/src/wrapper/jd*-16.c "$source"/src/wrapper/jidct*.c "$source"/src/wrapper/jquant*.c \
  "$source"/src/wrapper/jutils-*.c "$source"/src/jcomapi.c "$source"/src/jmemmgr.c "$source"/src/jmemnobs.c \
  "$source"/src/jaricom.c "$source"/src/jpeg_nbits.c "$here/simd.c" "$here/decoder.c"; do
  name=$(basename "$file" .c)
  # Parts that others include, or that are not for reading from memory.
  case $name in
  jdatadst* | jdatasrc-tj | jdmrg* | jdcol565 | jdcolext | jdtrans | jdcoefct | jdcolor | jddctmgr | jddiffct | \
    jdlossls | jdmainct | jdmerge | jdpostct | jdsample | jdapistd) continue ;;
  esac
  case $name in jdhuff | jdphuff) bits=$wide ;; *) bits= ;; esac
  emcc $flags $include $bits -c "$file" -o "$work/objects/$name.o"
done
mkdir -p "$out"
emcc -O3 -flto -msimd128 "$work"/objects/*.o -o "$out/decoder.wasm" --no-entry -sSTANDALONE_WASM -sFILESYSTEM=0 \
  -sALLOW_MEMORY_GROWTH -sINITIAL_MEMORY=4MB -sMAXIMUM_MEMORY=1GB -sTOTAL_STACK=256KB \
  -sERROR_ON_UNDEFINED_SYMBOLS=0
chmod 644 "$out/decoder.wasm"
cp "$source/LICENSE.md" "$out/LICENSE.md"
sha256sum "$out/decoder.wasm"
