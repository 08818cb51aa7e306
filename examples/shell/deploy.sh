#!/bin/sh
# `echo` only prints the commands that would cost money.
set -eu
cd "$(dirname "$0")"

# Read the file that imagelock updates together with images.lock...
. ./images.env
echo scw instance server create type=DEV1-S zone=fr-par-1 image="$IMAGE_WEB_FR_PAR_1_X86_64"

# ...or read the lockfile itself. `set -e` ends the script if the pin is missing.
image=$(imagelock get db --zone fr-par-1)
echo scw instance server create type=DEV1-S zone=fr-par-1 image="$image"
