// Asks a package of npm of each text, and times itself: `node ask.js PACKAGE TEXTS.json [ROUNDS]`.
//
// The law of this file: it prints one JSON document: the version, the nanoseconds that a text took
// in each round, and the answers, [alphabet, parts] or null where the package refuses a text. What
// is timed is the call that the package's documentation shows, and reading its answer.

'use strict';

const fs = require('fs');
const path = require('path');

const PACKAGES = {
  'sms-segments-calculator': (module) => (text) => {
    const message = new module.SegmentedMessage(text);
    return [message.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2', message.segmentsCount];
  },
  'split-sms': (module) => (text) => {
    const message = module.split(text);
    return [message.characterSet === 'GSM' ? 'gsm7' : 'ucs2', message.parts.length];
  },
};

function findVersion(name) {
  let folder = path.dirname(require.resolve(name));
  for (;;) {
    const file = path.join(folder, 'package.json');
    if (fs.existsSync(file)) {
      const found = JSON.parse(fs.readFileSync(file, 'utf8'));
      if (found.name === name) return found.version;
    }
    if (folder === path.dirname(folder)) return '';
    folder = path.dirname(folder);
  }
}

function ask(call, text) {
  try {
    return call(text);
  } catch (error) {
    return null;
  }
}

function main([name, file, rounds]) {
  const call = PACKAGES[name](require(name));
  const texts = JSON.parse(fs.readFileSync(file, 'utf8'));
  const answers = texts.map((text) => ask(call, text));
  const nanoseconds = [];
  for (let round = 0; round < Number(rounds || 0); round += 1) {
    const start = process.hrtime.bigint();
    for (const text of texts) ask(call, text);
    nanoseconds.push(Number(process.hrtime.bigint() - start) / texts.length);
  }
  process.stdout.write(JSON.stringify({ version: findVersion(name), nanoseconds, answers }));
}

main(process.argv.slice(2));
