"use strict";

const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

/** Start the language server for the documents of packs; it leaves files outside of packs alone. */
async function activate() {
  const [command, ...args] = workspace.getConfiguration("specpack").get("command");
  const languages = ["markdown", "toml", "yaml", "json"].map((language) => ({ scheme: "file", language }));
  client = new LanguageClient("specpack", "specpack", { command, args }, {
    documentSelector: [...languages, { scheme: "file", pattern: "**/specpack.toml" }],
    synchronize: {
      fileEvents: workspace.createFileSystemWatcher("**/*.{md,toml,ids,accepted,yaml,yml,json}"),
    },
  });
  await client.start();
}

async function deactivate() {
  await client?.stop();
}

module.exports = { activate, deactivate };
