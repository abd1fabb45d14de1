#!/bin/sh
# The files of the fixture as a first corpus of every target.
set -e
cd "$(dirname "$0")"
for target in targets/*.rs; do
    name=$(basename "$target" .rs)
    mkdir -p "corpus/$name"
    unzip -qojd "corpus/$name" ../fixtures/harbour-share.zip
    cp ../fixtures/harbour-share.zip "corpus/$name/"
    cp ../fixtures/statistics/people* ../fixtures/orc/*.orc "corpus/$name/"
    for image in ../fixtures/disk/*.gz; do gzip -dc "$image" > "corpus/$name/$(basename "$image" .gz)"; done
    find "corpus/$name" -size +256k -delete
done
