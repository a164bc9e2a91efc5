import { bare, directive, optional, required } from "../known-rows.ts";

/** What the reader of uWSGI's configuration acts on itself: files, placeholders, conditions, loops. */
export const languageOptions = {
  ...directive({
    ini: required("read an INI file in place: FILE, FILE:section, or :section of the file that says so"),
    yaml: required("read a YAML file in place", { aliases: ["yml"], short: "y" }),
    xml: required("read an XML file in place", { aliases: ["xmlconfig"], short: "x" }),
    json: required("read a JSON file in place", { aliases: ["js"], short: "j" }),
    config: required("read a file in place, in the format that its extension names"),
    include: required("read a file in place, in the format that its extension names"),
    inherit: required("read a file as a template: %d, %p and the like stay those of the file that inherits"),
    strict: bare("refuse a key that is no option; placeholders are then made by set-placeholder"),
    set: required("set an option or a placeholder: name=value", { short: "S" }),
    "set-placeholder": required("make a placeholder: name=value", { aliases: ["set-ph"] }),
    resolve: required("make a placeholder of a host's address: name=host"),
    "declare-option": required(
      "make an option of your own: name=option=value;option=value, with $1 for its value",
      {
        aliases: ["declare-option2"],
      },
    ),
    blacklist: required("refuse these options, separated by blanks, until end-blacklist"),
    "end-blacklist": bare("end the lines in which options are refused"),
    whitelist: required("refuse all but these options, separated by blanks, until end-whitelist"),
    "end-whitelist": bare("end the lines in which only some options are accepted"),
    envdir: required("set a variable of the environment for each file in a directory", {
      aliases: ["early-envdir"],
    }),
  }),
  ...directive({
    for: required("repeat each following line for these words, as %(_), until endfor"),
    "for-glob": required(
      "repeat each following line for the files that match a pattern, as %(_), until endfor",
    ),
    "for-times": required("repeat each following line this often, with 1, 2, 3 … as %(_), until endfor"),
    "for-readline": required("repeat each following line for the lines of a file, as %(_), until endfor"),
    endfor: optional("end the lines that are repeated", { aliases: ["end-for"] }),
    "if-opt": required("take the following lines only if an option was set before: NAME, NAME=value"),
    "if-not-opt": required("take the following lines only if an option was not set before"),
    "if-env": required("take the following lines only if the environment has a variable: NAME, NAME=value", {
      aliases: ["ifenv"],
    }),
    "if-not-env": required("take the following lines only if the environment has no such variable"),
    "if-reload": bare("take the following lines only when reloading"),
    "if-not-reload": bare("take the following lines only when starting"),
    "if-hostname": required("take the following lines only on the machine of this name"),
    "if-not-hostname": required("take the following lines only on machines of other names"),
    "if-hostname-match": required("take the following lines only where the machine's name matches a pattern"),
    "if-not-hostname-match": required(
      "take the following lines only where the machine's name does not match",
    ),
    "if-exists": required("take the following lines only if a file or directory exists", {
      aliases: ["ifexists"],
    }),
    "if-not-exists": required("take the following lines only if no file or directory of that name exists"),
    "if-plugin": required("take the following lines only if a plugin is there, as python is", {
      aliases: ["ifplugin"],
    }),
    "if-not-plugin": required("take the following lines only if a plugin is not there"),
    "if-file": required("take the following lines only if a file exists"),
    "if-not-file": required("take the following lines only if a file does not exist"),
    "if-dir": required("take the following lines only if a directory exists", {
      aliases: ["ifdir", "if-directory"],
    }),
    "if-not-dir": required("take the following lines only if a directory does not exist"),
    else: optional("take the following lines only if those of the condition before were not taken"),
    endif: optional("end the lines that depend on a condition", { aliases: ["end-if", "end"] }),
  }),
  ...directive({
    "show-config": bare("print the configuration as one file, with all placeholders replaced"),
    "dump-options": bare("print the names of all options"),
    "no-server": bare("read the configuration and exit"),
  }),
};
