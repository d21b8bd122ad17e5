#!/usr/bin/env node
// Starts the program beside it whose name is its own and .js, from compiled code that a run before has kept: compiling is half of
// a stand-in's start, and the real ones have none of it.
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { Script } = require("node:vm");

/** In milliseconds; by then it has run what every start runs. */
const STARTED = 1000;

const [file, kept] = [`${__filename}.js`, `${__filename}.cache`];

function read(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const cachedData = read(kept);
const script = new Script(Module.wrap(readFileSync(file, "utf8")), { filename: file, cachedData });
script.runInThisContext()(exports, Module.createRequire(file), module, file, __dirname);

if (cachedData === undefined || script.cachedDataRejected) {
  setTimeout(() => {
    try {
      writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
      renameSync(`${kept}.${process.pid}`, kept);
    } catch {
      // Another user's cache: it starts as fast as it did.
    }
  }, STARTED).unref();
}
