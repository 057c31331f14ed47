#!/bin/sh
# Do postbacks arrive? One made-up conversion a mapped goal, to the test mapping or the network's test area, before anything real is sent.
# Needs postback.config.json in the working directory and the variables of docs/ci.md. Leaves doctor.json and test.json, and ends with
# the exit code of the first that did not hold: 2 configuration, 3 refused or a check that failed, 4 grant, 5 network.
set -u
postback=${POSTBACK_PROGRAM:-postback}

echo 'doctor: files, clock, grant, account, definitions'
$postback doctor --json >doctor.json
code=$?
if [ "$code" -ne 0 ]; then
  cat doctor.json
  exit "$code"
fi

echo 'test: a made-up conversion for each goal'
$postback test --json >test.json
code=$?
cat test.json
exit "$code"
