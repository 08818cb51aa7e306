#!/bin/sh
# `echo` stands before what would cost money.
set -eu
cd "$(dirname "$0")"

# A file that imagelock keeps in step with images.lock...
. ./images.env
echo scw instance server create type=DEV1-S zone=fr-par-1 image="$IMAGE_WEB_FR_PAR_1_X86_64"

# ...or the lock itself. `set -e` ends the script where there is no such pin.
image=$(imagelock get db --zone fr-par-1)
echo scw instance server create type=DEV1-S zone=fr-par-1 image="$image"
