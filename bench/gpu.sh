#!/usr/bin/env bash
# What has to be seen on a GPU, in at most eight minutes: whether the gradients of every cell are those of the CPU, and the speed of training
# and of evaluation at each size, beside PyTorch with cuDNN where a python3 has torch with CUDA. Writes a JSON file after each measurement.
#
# usage: bench/gpu.sh [--provider webgpu|cuda] [--minutes N] [--sizes a,b] [--python COMMAND] [--output FILE]
#
# Needs Node 20, and the driver of the GPU (for webgpu that of Vulkan). Installs and builds the project if that was not done.
set -eu
cd "$(dirname "$0")/.."
[ -d node_modules ] || npm ci
[ -e dist/cli.js ] || npm run build
exec node bench/gpu.mjs "$@"
