// Loaded before each file of the project `docker`: its hosts have Docker as their engine.
process.env.ENGINE = "docker";
