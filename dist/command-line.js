import { i as __toESM, r as __require, t as __commonJSMin } from "./rolldown-runtime.js";
import { B as number, F as boolean, G as string, I as discriminatedUnion, J as unknown, K as tuple, L as int, M as _enum, N as _null, P as array, Q as describeError, R as literal, V as object, W as strictObject, X as toDotPath, Y as url, Z as UserError, f as withRetry, g as clip, h as parsePercent, l as apiFailure, m as parseDuration, p as DAY_S, q as union, s as connectGitHub, u as describeFailure, x as terminalText, z as looseObject } from "./home.js";
import { $ as readZipEntry, $t as believableOfJoint, A as announceJob, B as gpuCoresOf, Bn as sentenceCase, Bt as LOOK_ALPHA, C as runsDue, Cn as machineIdentity, Ct as artifactName, D as MAX_EVENTS_BYTES, Dn as canonicalJson, Dt as probeSchema, E as samplesWithin, En as softwareIdentity, F as smallestEffect, Fn as isShown, Ft as warningsOf, G as publishFile, Gn as formatDuration, H as detectableOf, Hn as counted, Ht as LEAST_SD, I as suiteSchema, In as listed, It as measuredSchema, J as parseBaselineInput, Jn as formatValue, Jt as acceptLines, K as makeFolder, Kn as formatInterval, L as machineChanges, Ln as named$1, Lt as measuredSuite, M as harnessUnder, Mn as standingOf, N as automaticBackends, Nn as benchmarkName, Nt as frameworkRows, O as readEvents, Ot as DEFAULT_SUITE, P as makePlan, Pt as onRunner, Q as BadArchive, Qn as baseOfRef, Qt as iconFor, R as controlFindings, Rn as plain$1, Rt as shippedCatalogue, S as measurePairs, Sn as deviceName, St as storedText, T as observedDisturbances, Tn as runnerKey, Tt as systemFault, U as marginsOf, Un as formatAge, V as judge, Vn as failureInWords, Vt as completePairs, W as openStore$1, Wn as formatChange, Xn as baseOfHistory, Xt as ACCEPT_FILE, Y as ZIP_LIMITS, Yn as cacheFolder, Yt as offeredByAll, Zt as segmentStart, _ as waitUntilQuiet, _n as mean, _t as parseJson$1, a as stayAwake, an as sidesOf, ar as directionSchema, at as readTarGz, b as controlResult, bn as tQuantile, bt as readStored, c as readMachine, d as assembleResult, dn as isSameMeasure, en as besideOf, er as gitAt, f as loadSuite, fn as isUsable, g as readyAll, gn as relativeChange, gt as oversized, h as benchOf, hn as jobValue, ht as irregular, i as openWatch, in as metricWords, ir as verdictSchema, it as TooLarge, j as estimateRun, jn as sizeOf, k as measuringClock, kn as rangeOf, l as findPython, ln as whichRuns, m as BUILTIN_SUITES, mn as isRatioScale, mt as gather$2, n as runPipeline, nn as changeOf, nr as isAccepted, o as localFolder, on as verdictOf$1, or as didYouMean, ot as packTar, p as parseSuite, pn as valuesOf, pt as MAX_STORED_BYTES, q as readJobContext, qn as formatPercent, r as openJobLock, rn as informativeMark, s as makeResultsFolder, sn as sparkline, st as readResult, t as runReportLine, tr as parseInputs, u as probeMachine, un as findSeries, v as controlBackends, vn as spread, vt as parseStoredPath, w as makeRunRecord, wn as memoryText, wt as reportName, x as planEnvironments, xn as variance, xt as storedPath, y as openControl, yn as sum, yt as qualificationPath, z as findChangePoints, zn as say$1, zt as qualifiedInWords } from "./report-line.js";
import { t as VERSION } from "./version.js";
import { n as scratchFolder } from "./scratch.js";
import { t as stopSignal } from "./stop-signal.js";
import { lstatSync, openAsBlob, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { addAbortSignal } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";
import { gzipSync } from "node:zlib";
import { randomUUID } from "node:crypto";
import { lstat, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
// node_modules/commander/lib/error.js
var require_error = /* @__PURE__ */ __commonJSMin(((exports) => {
	/**
	* CommanderError class
	*/
	var CommanderError = class extends Error {
		/**
		* Constructs the CommanderError class
		* @param {number} exitCode suggested exit code which could be used with process.exit
		* @param {string} code an id string representing the error
		* @param {string} message human-readable description of the error
		*/
		constructor(exitCode, code, message) {
			super(message);
			Error.captureStackTrace(this, this.constructor);
			this.name = this.constructor.name;
			this.code = code;
			this.exitCode = exitCode;
			this.nestedError = void 0;
		}
	};
	/**
	* InvalidArgumentError class
	*/
	var InvalidArgumentError = class extends CommanderError {
		/**
		* Constructs the InvalidArgumentError class
		* @param {string} [message] explanation of why argument is invalid
		*/
		constructor(message) {
			super(1, "commander.invalidArgument", message);
			Error.captureStackTrace(this, this.constructor);
			this.name = this.constructor.name;
		}
	};
	exports.CommanderError = CommanderError;
	exports.InvalidArgumentError = InvalidArgumentError;
}));
// node_modules/commander/lib/argument.js
var require_argument = /* @__PURE__ */ __commonJSMin(((exports) => {
	const { InvalidArgumentError } = require_error();
	var Argument = class {
		/**
		* Initialize a new command argument with the given name and description.
		* The default is that the argument is required, and you can explicitly
		* indicate this with <> around the name. Put [] around the name for an optional argument.
		*
		* @param {string} name
		* @param {string} [description]
		*/
		constructor(name, description) {
			this.description = description || "";
			this.variadic = false;
			this.parseArg = void 0;
			this.defaultValue = void 0;
			this.defaultValueDescription = void 0;
			this.argChoices = void 0;
			switch (name[0]) {
				case "<":
					this.required = true;
					this._name = name.slice(1, -1);
					break;
				case "[":
					this.required = false;
					this._name = name.slice(1, -1);
					break;
				default:
					this.required = true;
					this._name = name;
			}
			if (this._name.endsWith("...")) {
				this.variadic = true;
				this._name = this._name.slice(0, -3);
			}
		}
		/**
		* Return argument name.
		*
		* @return {string}
		*/
		name() {
			return this._name;
		}
		/**
		* @package
		*/
		_collectValue(value, previous) {
			if (previous === this.defaultValue || !Array.isArray(previous)) return [value];
			previous.push(value);
			return previous;
		}
		/**
		* Set the default value, and optionally supply the description to be displayed in the help.
		*
		* @param {*} value
		* @param {string} [description]
		* @return {Argument}
		*/
		default(value, description) {
			this.defaultValue = value;
			this.defaultValueDescription = description;
			return this;
		}
		/**
		* Set the custom handler for processing CLI command arguments into argument values.
		*
		* @param {Function} [fn]
		* @return {Argument}
		*/
		argParser(fn) {
			this.parseArg = fn;
			return this;
		}
		/**
		* Only allow argument value to be one of choices.
		*
		* @param {string[]} values
		* @return {Argument}
		*/
		choices(values) {
			this.argChoices = values.slice();
			this.parseArg = (arg, previous) => {
				if (!this.argChoices.includes(arg)) throw new InvalidArgumentError(`Allowed choices are ${this.argChoices.join(", ")}.`);
				if (this.variadic) return this._collectValue(arg, previous);
				return arg;
			};
			return this;
		}
		/**
		* Make argument required.
		*
		* @returns {Argument}
		*/
		argRequired() {
			this.required = true;
			return this;
		}
		/**
		* Make argument optional.
		*
		* @returns {Argument}
		*/
		argOptional() {
			this.required = false;
			return this;
		}
	};
	/**
	* Takes an argument and returns its human readable equivalent for help usage.
	*
	* @param {Argument} arg
	* @return {string}
	* @private
	*/
	function humanReadableArgName(arg) {
		const nameOutput = arg.name() + (arg.variadic === true ? "..." : "");
		return arg.required ? "<" + nameOutput + ">" : "[" + nameOutput + "]";
	}
	exports.Argument = Argument;
	exports.humanReadableArgName = humanReadableArgName;
}));
// node_modules/commander/lib/help.js
var require_help = /* @__PURE__ */ __commonJSMin(((exports) => {
	const { humanReadableArgName } = require_argument();
	/**
	* TypeScript import types for JSDoc, used by Visual Studio Code IntelliSense and `npm run typescript-checkJS`
	* https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html#import-types
	* @typedef { import("./argument.js").Argument } Argument
	* @typedef { import("./command.js").Command } Command
	* @typedef { import("./option.js").Option } Option
	*/
	var Help = class {
		constructor() {
			this.helpWidth = void 0;
			this.minWidthToWrap = 40;
			this.sortSubcommands = false;
			this.sortOptions = false;
			this.showGlobalOptions = false;
		}
		/**
		* prepareContext is called by Commander after applying overrides from `Command.configureHelp()`
		* and just before calling `formatHelp()`.
		*
		* Commander just uses the helpWidth and the rest is provided for optional use by more complex subclasses.
		*
		* @param {{ error?: boolean, helpWidth?: number, outputHasColors?: boolean }} contextOptions
		*/
		prepareContext(contextOptions) {
			this.helpWidth = this.helpWidth ?? contextOptions.helpWidth ?? 80;
		}
		/**
		* Get an array of the visible subcommands. Includes a placeholder for the implicit help command, if there is one.
		*
		* @param {Command} cmd
		* @returns {Command[]}
		*/
		visibleCommands(cmd) {
			const visibleCommands = cmd.commands.filter((cmd) => !cmd._hidden);
			const helpCommand = cmd._getHelpCommand();
			if (helpCommand && !helpCommand._hidden) visibleCommands.push(helpCommand);
			if (this.sortSubcommands) visibleCommands.sort((a, b) => {
				return a.name().localeCompare(b.name());
			});
			return visibleCommands;
		}
		/**
		* Compare options for sort.
		*
		* @param {Option} a
		* @param {Option} b
		* @returns {number}
		*/
		compareOptions(a, b) {
			const getSortKey = (option) => {
				return option.short ? option.short.replace(/^-/, "") : option.long.replace(/^--/, "");
			};
			return getSortKey(a).localeCompare(getSortKey(b));
		}
		/**
		* Get an array of the visible options. Includes a placeholder for the implicit help option, if there is one.
		*
		* @param {Command} cmd
		* @returns {Option[]}
		*/
		visibleOptions(cmd) {
			const visibleOptions = cmd.options.filter((option) => !option.hidden);
			const helpOption = cmd._getHelpOption();
			if (helpOption && !helpOption.hidden) {
				const removeShort = helpOption.short && cmd._findOption(helpOption.short);
				const removeLong = helpOption.long && cmd._findOption(helpOption.long);
				if (!removeShort && !removeLong) visibleOptions.push(helpOption);
				else if (helpOption.long && !removeLong) visibleOptions.push(cmd.createOption(helpOption.long, helpOption.description));
				else if (helpOption.short && !removeShort) visibleOptions.push(cmd.createOption(helpOption.short, helpOption.description));
			}
			if (this.sortOptions) visibleOptions.sort(this.compareOptions);
			return visibleOptions;
		}
		/**
		* Get an array of the visible global options. (Not including help.)
		*
		* @param {Command} cmd
		* @returns {Option[]}
		*/
		visibleGlobalOptions(cmd) {
			if (!this.showGlobalOptions) return [];
			const globalOptions = [];
			for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) {
				const visibleOptions = ancestorCmd.options.filter((option) => !option.hidden);
				globalOptions.push(...visibleOptions);
			}
			if (this.sortOptions) globalOptions.sort(this.compareOptions);
			return globalOptions;
		}
		/**
		* Get an array of the arguments if any have a description.
		*
		* @param {Command} cmd
		* @returns {Argument[]}
		*/
		visibleArguments(cmd) {
			if (cmd._argsDescription) cmd.registeredArguments.forEach((argument) => {
				argument.description = argument.description || cmd._argsDescription[argument.name()] || "";
			});
			if (cmd.registeredArguments.find((argument) => argument.description)) return cmd.registeredArguments;
			return [];
		}
		/**
		* Get the command term to show in the list of subcommands.
		*
		* @param {Command} cmd
		* @returns {string}
		*/
		subcommandTerm(cmd) {
			const args = cmd.registeredArguments.map((arg) => humanReadableArgName(arg)).join(" ");
			return cmd._name + (cmd._aliases[0] ? "|" + cmd._aliases[0] : "") + (cmd.options.length ? " [options]" : "") + (args ? " " + args : "");
		}
		/**
		* Get the option term to show in the list of options.
		*
		* @param {Option} option
		* @returns {string}
		*/
		optionTerm(option) {
			return option.flags;
		}
		/**
		* Get the argument term to show in the list of arguments.
		*
		* @param {Argument} argument
		* @returns {string}
		*/
		argumentTerm(argument) {
			return argument.name();
		}
		/**
		* Get the longest command term length.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {number}
		*/
		longestSubcommandTermLength(cmd, helper) {
			return helper.visibleCommands(cmd).reduce((max, command) => {
				return Math.max(max, this.displayWidth(helper.styleSubcommandTerm(helper.subcommandTerm(command))));
			}, 0);
		}
		/**
		* Get the longest option term length.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {number}
		*/
		longestOptionTermLength(cmd, helper) {
			return helper.visibleOptions(cmd).reduce((max, option) => {
				return Math.max(max, this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option))));
			}, 0);
		}
		/**
		* Get the longest global option term length.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {number}
		*/
		longestGlobalOptionTermLength(cmd, helper) {
			return helper.visibleGlobalOptions(cmd).reduce((max, option) => {
				return Math.max(max, this.displayWidth(helper.styleOptionTerm(helper.optionTerm(option))));
			}, 0);
		}
		/**
		* Get the longest argument term length.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {number}
		*/
		longestArgumentTermLength(cmd, helper) {
			return helper.visibleArguments(cmd).reduce((max, argument) => {
				return Math.max(max, this.displayWidth(helper.styleArgumentTerm(helper.argumentTerm(argument))));
			}, 0);
		}
		/**
		* Get the command usage to be displayed at the top of the built-in help.
		*
		* @param {Command} cmd
		* @returns {string}
		*/
		commandUsage(cmd) {
			let cmdName = cmd._name;
			if (cmd._aliases[0]) cmdName = cmdName + "|" + cmd._aliases[0];
			let ancestorCmdNames = "";
			for (let ancestorCmd = cmd.parent; ancestorCmd; ancestorCmd = ancestorCmd.parent) ancestorCmdNames = ancestorCmd.name() + " " + ancestorCmdNames;
			return ancestorCmdNames + cmdName + " " + cmd.usage();
		}
		/**
		* Get the description for the command.
		*
		* @param {Command} cmd
		* @returns {string}
		*/
		commandDescription(cmd) {
			return cmd.description();
		}
		/**
		* Get the subcommand summary to show in the list of subcommands.
		* (Fallback to description for backwards compatibility.)
		*
		* @param {Command} cmd
		* @returns {string}
		*/
		subcommandDescription(cmd) {
			return cmd.summary() || cmd.description();
		}
		/**
		* Get the option description to show in the list of options.
		*
		* @param {Option} option
		* @return {string}
		*/
		optionDescription(option) {
			const extraInfo = [];
			if (option.argChoices) extraInfo.push(`choices: ${option.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`);
			if (option.defaultValue !== void 0) {
				if (option.required || option.optional || option.isBoolean() && typeof option.defaultValue === "boolean") extraInfo.push(`default: ${option.defaultValueDescription || JSON.stringify(option.defaultValue)}`);
			}
			if (option.presetArg !== void 0 && option.optional) extraInfo.push(`preset: ${JSON.stringify(option.presetArg)}`);
			if (option.envVar !== void 0) extraInfo.push(`env: ${option.envVar}`);
			if (extraInfo.length > 0) {
				const extraDescription = `(${extraInfo.join(", ")})`;
				if (option.description) return `${option.description} ${extraDescription}`;
				return extraDescription;
			}
			return option.description;
		}
		/**
		* Get the argument description to show in the list of arguments.
		*
		* @param {Argument} argument
		* @return {string}
		*/
		argumentDescription(argument) {
			const extraInfo = [];
			if (argument.argChoices) extraInfo.push(`choices: ${argument.argChoices.map((choice) => JSON.stringify(choice)).join(", ")}`);
			if (argument.defaultValue !== void 0) extraInfo.push(`default: ${argument.defaultValueDescription || JSON.stringify(argument.defaultValue)}`);
			if (extraInfo.length > 0) {
				const extraDescription = `(${extraInfo.join(", ")})`;
				if (argument.description) return `${argument.description} ${extraDescription}`;
				return extraDescription;
			}
			return argument.description;
		}
		/**
		* Format a list of items, given a heading and an array of formatted items.
		*
		* @param {string} heading
		* @param {string[]} items
		* @param {Help} helper
		* @returns string[]
		*/
		formatItemList(heading, items, helper) {
			if (items.length === 0) return [];
			return [
				helper.styleTitle(heading),
				...items,
				""
			];
		}
		/**
		* Group items by their help group heading.
		*
		* @param {Command[] | Option[]} unsortedItems
		* @param {Command[] | Option[]} visibleItems
		* @param {Function} getGroup
		* @returns {Map<string, Command[] | Option[]>}
		*/
		groupItems(unsortedItems, visibleItems, getGroup) {
			const result = /* @__PURE__ */ new Map();
			unsortedItems.forEach((item) => {
				const group = getGroup(item);
				if (!result.has(group)) result.set(group, []);
			});
			visibleItems.forEach((item) => {
				const group = getGroup(item);
				if (!result.has(group)) result.set(group, []);
				result.get(group).push(item);
			});
			return result;
		}
		/**
		* Generate the built-in help text.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {string}
		*/
		formatHelp(cmd, helper) {
			const termWidth = helper.padWidth(cmd, helper);
			const helpWidth = helper.helpWidth ?? 80;
			function callFormatItem(term, description) {
				return helper.formatItem(term, termWidth, description, helper);
			}
			let output = [`${helper.styleTitle("Usage:")} ${helper.styleUsage(helper.commandUsage(cmd))}`, ""];
			const commandDescription = helper.commandDescription(cmd);
			if (commandDescription.length > 0) output = output.concat([helper.boxWrap(helper.styleCommandDescription(commandDescription), helpWidth), ""]);
			const argumentList = helper.visibleArguments(cmd).map((argument) => {
				return callFormatItem(helper.styleArgumentTerm(helper.argumentTerm(argument)), helper.styleArgumentDescription(helper.argumentDescription(argument)));
			});
			output = output.concat(this.formatItemList("Arguments:", argumentList, helper));
			this.groupItems(cmd.options, helper.visibleOptions(cmd), (option) => option.helpGroupHeading ?? "Options:").forEach((options, group) => {
				const optionList = options.map((option) => {
					return callFormatItem(helper.styleOptionTerm(helper.optionTerm(option)), helper.styleOptionDescription(helper.optionDescription(option)));
				});
				output = output.concat(this.formatItemList(group, optionList, helper));
			});
			if (helper.showGlobalOptions) {
				const globalOptionList = helper.visibleGlobalOptions(cmd).map((option) => {
					return callFormatItem(helper.styleOptionTerm(helper.optionTerm(option)), helper.styleOptionDescription(helper.optionDescription(option)));
				});
				output = output.concat(this.formatItemList("Global Options:", globalOptionList, helper));
			}
			this.groupItems(cmd.commands, helper.visibleCommands(cmd), (sub) => sub.helpGroup() || "Commands:").forEach((commands, group) => {
				const commandList = commands.map((sub) => {
					return callFormatItem(helper.styleSubcommandTerm(helper.subcommandTerm(sub)), helper.styleSubcommandDescription(helper.subcommandDescription(sub)));
				});
				output = output.concat(this.formatItemList(group, commandList, helper));
			});
			return output.join("\n");
		}
		/**
		* Return display width of string, ignoring ANSI escape sequences. Used in padding and wrapping calculations.
		*
		* @param {string} str
		* @returns {number}
		*/
		displayWidth(str) {
			return stripColor(str).length;
		}
		/**
		* Style the title for displaying in the help. Called with 'Usage:', 'Options:', etc.
		*
		* @param {string} str
		* @returns {string}
		*/
		styleTitle(str) {
			return str;
		}
		styleUsage(str) {
			return str.split(" ").map((word) => {
				if (word === "[options]") return this.styleOptionText(word);
				if (word === "[command]") return this.styleSubcommandText(word);
				if (word[0] === "[" || word[0] === "<") return this.styleArgumentText(word);
				return this.styleCommandText(word);
			}).join(" ");
		}
		styleCommandDescription(str) {
			return this.styleDescriptionText(str);
		}
		styleOptionDescription(str) {
			return this.styleDescriptionText(str);
		}
		styleSubcommandDescription(str) {
			return this.styleDescriptionText(str);
		}
		styleArgumentDescription(str) {
			return this.styleDescriptionText(str);
		}
		styleDescriptionText(str) {
			return str;
		}
		styleOptionTerm(str) {
			return this.styleOptionText(str);
		}
		styleSubcommandTerm(str) {
			return str.split(" ").map((word) => {
				if (word === "[options]") return this.styleOptionText(word);
				if (word[0] === "[" || word[0] === "<") return this.styleArgumentText(word);
				return this.styleSubcommandText(word);
			}).join(" ");
		}
		styleArgumentTerm(str) {
			return this.styleArgumentText(str);
		}
		styleOptionText(str) {
			return str;
		}
		styleArgumentText(str) {
			return str;
		}
		styleSubcommandText(str) {
			return str;
		}
		styleCommandText(str) {
			return str;
		}
		/**
		* Calculate the pad width from the maximum term length.
		*
		* @param {Command} cmd
		* @param {Help} helper
		* @returns {number}
		*/
		padWidth(cmd, helper) {
			return Math.max(helper.longestOptionTermLength(cmd, helper), helper.longestGlobalOptionTermLength(cmd, helper), helper.longestSubcommandTermLength(cmd, helper), helper.longestArgumentTermLength(cmd, helper));
		}
		/**
		* Detect manually wrapped and indented strings by checking for line break followed by whitespace.
		*
		* @param {string} str
		* @returns {boolean}
		*/
		preformatted(str) {
			return /\n[^\S\r\n]/.test(str);
		}
		/**
		* Format the "item", which consists of a term and description. Pad the term and wrap the description, indenting the following lines.
		*
		* So "TTT", 5, "DDD DDDD DD DDD" might be formatted for this.helpWidth=17 like so:
		*   TTT  DDD DDDD
		*        DD DDD
		*
		* @param {string} term
		* @param {number} termWidth
		* @param {string} description
		* @param {Help} helper
		* @returns {string}
		*/
		formatItem(term, termWidth, description, helper) {
			const itemIndent = 2;
			const itemIndentStr = " ".repeat(itemIndent);
			if (!description) return itemIndentStr + term;
			const paddedTerm = term.padEnd(termWidth + term.length - helper.displayWidth(term));
			const spacerWidth = 2;
			const remainingWidth = (this.helpWidth ?? 80) - termWidth - spacerWidth - itemIndent;
			let formattedDescription;
			if (remainingWidth < this.minWidthToWrap || helper.preformatted(description)) formattedDescription = description;
			else formattedDescription = helper.boxWrap(description, remainingWidth).replace(/\n/g, "\n" + " ".repeat(termWidth + spacerWidth));
			return itemIndentStr + paddedTerm + " ".repeat(spacerWidth) + formattedDescription.replace(/\n/g, `\n${itemIndentStr}`);
		}
		/**
		* Wrap a string at whitespace, preserving existing line breaks.
		* Wrapping is skipped if the width is less than `minWidthToWrap`.
		*
		* @param {string} str
		* @param {number} width
		* @returns {string}
		*/
		boxWrap(str, width) {
			if (width < this.minWidthToWrap) return str;
			const rawLines = str.split(/\r\n|\n/);
			const chunkPattern = /[\s]*[^\s]+/g;
			const wrappedLines = [];
			rawLines.forEach((line) => {
				const chunks = line.match(chunkPattern);
				if (chunks === null) {
					wrappedLines.push("");
					return;
				}
				let sumChunks = [chunks.shift()];
				let sumWidth = this.displayWidth(sumChunks[0]);
				chunks.forEach((chunk) => {
					const visibleWidth = this.displayWidth(chunk);
					if (sumWidth + visibleWidth <= width) {
						sumChunks.push(chunk);
						sumWidth += visibleWidth;
						return;
					}
					wrappedLines.push(sumChunks.join(""));
					const nextChunk = chunk.trimStart();
					sumChunks = [nextChunk];
					sumWidth = this.displayWidth(nextChunk);
				});
				wrappedLines.push(sumChunks.join(""));
			});
			return wrappedLines.join("\n");
		}
	};
	/**
	* Strip style ANSI escape sequences from the string. In particular, SGR (Select Graphic Rendition) codes.
	*
	* @param {string} str
	* @returns {string}
	* @package
	*/
	function stripColor(str) {
		return str.replace(/\x1b\[\d*(;\d*)*m/g, "");
	}
	exports.Help = Help;
	exports.stripColor = stripColor;
}));
// node_modules/commander/lib/option.js
var require_option = /* @__PURE__ */ __commonJSMin(((exports) => {
	const { InvalidArgumentError } = require_error();
	var Option = class {
		/**
		* Initialize a new `Option` with the given `flags` and `description`.
		*
		* @param {string} flags
		* @param {string} [description]
		*/
		constructor(flags, description) {
			this.flags = flags;
			this.description = description || "";
			this.required = flags.includes("<");
			this.optional = flags.includes("[");
			this.variadic = /\w\.\.\.[>\]]$/.test(flags);
			this.mandatory = false;
			const optionFlags = splitOptionFlags(flags);
			this.short = optionFlags.shortFlag;
			this.long = optionFlags.longFlag;
			this.negate = false;
			if (this.long) this.negate = this.long.startsWith("--no-");
			this.defaultValue = void 0;
			this.defaultValueDescription = void 0;
			this.presetArg = void 0;
			this.envVar = void 0;
			this.parseArg = void 0;
			this.hidden = false;
			this.argChoices = void 0;
			this.conflictsWith = [];
			this.implied = void 0;
			this.helpGroupHeading = void 0;
		}
		/**
		* Set the default value, and optionally supply the description to be displayed in the help.
		*
		* @param {*} value
		* @param {string} [description]
		* @return {Option}
		*/
		default(value, description) {
			this.defaultValue = value;
			this.defaultValueDescription = description;
			return this;
		}
		/**
		* Preset to use when option used without option-argument, especially optional but also boolean and negated.
		* The custom processing (parseArg) is called.
		*
		* @example
		* new Option('--color').default('GREYSCALE').preset('RGB');
		* new Option('--donate [amount]').preset('20').argParser(parseFloat);
		*
		* @param {*} arg
		* @return {Option}
		*/
		preset(arg) {
			this.presetArg = arg;
			return this;
		}
		/**
		* Add option name(s) that conflict with this option.
		* An error will be displayed if conflicting options are found during parsing.
		*
		* @example
		* new Option('--rgb').conflicts('cmyk');
		* new Option('--js').conflicts(['ts', 'jsx']);
		*
		* @param {(string | string[])} names
		* @return {Option}
		*/
		conflicts(names) {
			this.conflictsWith = this.conflictsWith.concat(names);
			return this;
		}
		/**
		* Specify implied option values for when this option is set and the implied options are not.
		*
		* The custom processing (parseArg) is not called on the implied values.
		*
		* @example
		* program
		*   .addOption(new Option('--log', 'write logging information to file'))
		*   .addOption(new Option('--trace', 'log extra details').implies({ log: 'trace.txt' }));
		*
		* @param {object} impliedOptionValues
		* @return {Option}
		*/
		implies(impliedOptionValues) {
			let newImplied = impliedOptionValues;
			if (typeof impliedOptionValues === "string") newImplied = { [impliedOptionValues]: true };
			this.implied = Object.assign(this.implied || {}, newImplied);
			return this;
		}
		/**
		* Set environment variable to check for option value.
		*
		* An environment variable is only used if when processed the current option value is
		* undefined, or the source of the current value is 'default' or 'config' or 'env'.
		*
		* @param {string} name
		* @return {Option}
		*/
		env(name) {
			this.envVar = name;
			return this;
		}
		/**
		* Set the custom handler for processing CLI option arguments into option values.
		*
		* @param {Function} [fn]
		* @return {Option}
		*/
		argParser(fn) {
			this.parseArg = fn;
			return this;
		}
		/**
		* Whether the option is mandatory and must have a value after parsing.
		*
		* @param {boolean} [mandatory=true]
		* @return {Option}
		*/
		makeOptionMandatory(mandatory = true) {
			this.mandatory = !!mandatory;
			return this;
		}
		/**
		* Hide option in help.
		*
		* @param {boolean} [hide=true]
		* @return {Option}
		*/
		hideHelp(hide = true) {
			this.hidden = !!hide;
			return this;
		}
		/**
		* @package
		*/
		_collectValue(value, previous) {
			if (previous === this.defaultValue || !Array.isArray(previous)) return [value];
			previous.push(value);
			return previous;
		}
		/**
		* Only allow option value to be one of choices.
		*
		* @param {string[]} values
		* @return {Option}
		*/
		choices(values) {
			this.argChoices = values.slice();
			this.parseArg = (arg, previous) => {
				if (!this.argChoices.includes(arg)) throw new InvalidArgumentError(`Allowed choices are ${this.argChoices.join(", ")}.`);
				if (this.variadic) return this._collectValue(arg, previous);
				return arg;
			};
			return this;
		}
		/**
		* Return option name.
		*
		* @return {string}
		*/
		name() {
			if (this.long) return this.long.replace(/^--/, "");
			return this.short.replace(/^-/, "");
		}
		/**
		* Return option name, in a camelcase format that can be used
		* as an object attribute key.
		*
		* @return {string}
		*/
		attributeName() {
			if (this.negate) return camelcase(this.name().replace(/^no-/, ""));
			return camelcase(this.name());
		}
		/**
		* Set the help group heading.
		*
		* @param {string} heading
		* @return {Option}
		*/
		helpGroup(heading) {
			this.helpGroupHeading = heading;
			return this;
		}
		/**
		* Check if `arg` matches the short or long flag.
		*
		* @param {string} arg
		* @return {boolean}
		* @package
		*/
		is(arg) {
			return this.short === arg || this.long === arg;
		}
		/**
		* Return whether a boolean option.
		*
		* Options are one of boolean, negated, required argument, or optional argument.
		*
		* @return {boolean}
		* @package
		*/
		isBoolean() {
			return !this.required && !this.optional && !this.negate;
		}
	};
	/**
	* This class is to make it easier to work with dual options, without changing the existing
	* implementation. We support separate dual options for separate positive and negative options,
	* like `--build` and `--no-build`, which share a single option value. This works nicely for some
	* use cases, but is tricky for others where we want separate behaviours despite
	* the single shared option value.
	*/
	var DualOptions = class {
		/**
		* @param {Option[]} options
		*/
		constructor(options) {
			this.positiveOptions = /* @__PURE__ */ new Map();
			this.negativeOptions = /* @__PURE__ */ new Map();
			this.dualOptions = /* @__PURE__ */ new Set();
			options.forEach((option) => {
				if (option.negate) this.negativeOptions.set(option.attributeName(), option);
				else this.positiveOptions.set(option.attributeName(), option);
			});
			this.negativeOptions.forEach((value, key) => {
				if (this.positiveOptions.has(key)) this.dualOptions.add(key);
			});
		}
		/**
		* Did the value come from the option, and not from possible matching dual option?
		*
		* @param {*} value
		* @param {Option} option
		* @returns {boolean}
		*/
		valueFromOption(value, option) {
			const optionKey = option.attributeName();
			if (!this.dualOptions.has(optionKey)) return true;
			const preset = this.negativeOptions.get(optionKey).presetArg;
			const negativeValue = preset !== void 0 ? preset : false;
			return option.negate === (negativeValue === value);
		}
	};
	/**
	* Convert string from kebab-case to camelCase.
	*
	* @param {string} str
	* @return {string}
	* @private
	*/
	function camelcase(str) {
		return str.split("-").reduce((str, word) => {
			return str + word[0].toUpperCase() + word.slice(1);
		});
	}
	/**
	* Split the short and long flag out of something like '-m,--mixed <value>'
	*
	* @private
	*/
	function splitOptionFlags(flags) {
		let shortFlag;
		let longFlag;
		const shortFlagExp = /^-[^-]$/;
		const longFlagExp = /^--[^-]/;
		const flagParts = flags.split(/[ |,]+/).concat("guard");
		if (shortFlagExp.test(flagParts[0])) shortFlag = flagParts.shift();
		if (longFlagExp.test(flagParts[0])) longFlag = flagParts.shift();
		if (!shortFlag && shortFlagExp.test(flagParts[0])) shortFlag = flagParts.shift();
		if (!shortFlag && longFlagExp.test(flagParts[0])) {
			shortFlag = longFlag;
			longFlag = flagParts.shift();
		}
		if (flagParts[0].startsWith("-")) {
			const unsupportedFlag = flagParts[0];
			const baseError = `option creation failed due to '${unsupportedFlag}' in option flags '${flags}'`;
			if (/^-[^-][^-]/.test(unsupportedFlag)) throw new Error(`${baseError}
- a short flag is a single dash and a single character
  - either use a single dash and a single character (for a short flag)
  - or use a double dash for a long option (and can have two, like '--ws, --workspace')`);
			if (shortFlagExp.test(unsupportedFlag)) throw new Error(`${baseError}
- too many short flags`);
			if (longFlagExp.test(unsupportedFlag)) throw new Error(`${baseError}
- too many long flags`);
			throw new Error(`${baseError}
- unrecognised flag format`);
		}
		if (shortFlag === void 0 && longFlag === void 0) throw new Error(`option creation failed due to no flags found in '${flags}'.`);
		return {
			shortFlag,
			longFlag
		};
	}
	exports.Option = Option;
	exports.DualOptions = DualOptions;
}));
// node_modules/commander/lib/suggestSimilar.js
var require_suggestSimilar = /* @__PURE__ */ __commonJSMin(((exports) => {
	const maxDistance = 3;
	function editDistance(a, b) {
		if (Math.abs(a.length - b.length) > maxDistance) return Math.max(a.length, b.length);
		const d = [];
		for (let i = 0; i <= a.length; i++) d[i] = [i];
		for (let j = 0; j <= b.length; j++) d[0][j] = j;
		for (let j = 1; j <= b.length; j++) for (let i = 1; i <= a.length; i++) {
			let cost = 1;
			if (a[i - 1] === b[j - 1]) cost = 0;
			else cost = 1;
			d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
		}
		return d[a.length][b.length];
	}
	/**
	* Find close matches, restricted to same number of edits.
	*
	* @param {string} word
	* @param {string[]} candidates
	* @returns {string}
	*/
	function suggestSimilar(word, candidates) {
		if (!candidates || candidates.length === 0) return "";
		candidates = Array.from(new Set(candidates));
		const searchingOptions = word.startsWith("--");
		if (searchingOptions) {
			word = word.slice(2);
			candidates = candidates.map((candidate) => candidate.slice(2));
		}
		let similar = [];
		let bestDistance = maxDistance;
		const minSimilarity = .4;
		candidates.forEach((candidate) => {
			if (candidate.length <= 1) return;
			const distance = editDistance(word, candidate);
			const length = Math.max(word.length, candidate.length);
			if ((length - distance) / length > minSimilarity) {
				if (distance < bestDistance) {
					bestDistance = distance;
					similar = [candidate];
				} else if (distance === bestDistance) similar.push(candidate);
			}
		});
		similar.sort((a, b) => a.localeCompare(b));
		if (searchingOptions) similar = similar.map((candidate) => `--${candidate}`);
		if (similar.length > 1) return `\n(Did you mean one of ${similar.join(", ")}?)`;
		if (similar.length === 1) return `\n(Did you mean ${similar[0]}?)`;
		return "";
	}
	exports.suggestSimilar = suggestSimilar;
}));
// node_modules/commander/lib/command.js
var require_command = /* @__PURE__ */ __commonJSMin(((exports) => {
	const EventEmitter = __require("node:events").EventEmitter;
	const childProcess = __require("node:child_process");
	const path = __require("node:path");
	const fs = __require("node:fs");
	const process = __require("node:process");
	const { Argument, humanReadableArgName } = require_argument();
	const { CommanderError } = require_error();
	const { Help, stripColor } = require_help();
	const { Option, DualOptions } = require_option();
	const { suggestSimilar } = require_suggestSimilar();
	var Command = class Command extends EventEmitter {
		/**
		* Initialize a new `Command`.
		*
		* @param {string} [name]
		*/
		constructor(name) {
			super();
			/** @type {Command[]} */
			this.commands = [];
			/** @type {Option[]} */
			this.options = [];
			this.parent = null;
			this._allowUnknownOption = false;
			this._allowExcessArguments = false;
			/** @type {Argument[]} */
			this.registeredArguments = [];
			this._args = this.registeredArguments;
			/** @type {string[]} */
			this.args = [];
			this.rawArgs = [];
			this.processedArgs = [];
			this._scriptPath = null;
			this._name = name || "";
			this._optionValues = {};
			this._optionValueSources = {};
			this._storeOptionsAsProperties = false;
			this._actionHandler = null;
			this._executableHandler = false;
			this._executableFile = null;
			this._executableDir = null;
			this._defaultCommandName = null;
			this._exitCallback = null;
			this._aliases = [];
			this._combineFlagAndOptionalValue = true;
			this._description = "";
			this._summary = "";
			this._argsDescription = void 0;
			this._enablePositionalOptions = false;
			this._passThroughOptions = false;
			this._lifeCycleHooks = {};
			/** @type {(boolean | string)} */
			this._showHelpAfterError = false;
			this._showSuggestionAfterError = true;
			this._savedState = null;
			this._outputConfiguration = {
				writeOut: (str) => process.stdout.write(str),
				writeErr: (str) => process.stderr.write(str),
				outputError: (str, write) => write(str),
				getOutHelpWidth: () => process.stdout.isTTY ? process.stdout.columns : void 0,
				getErrHelpWidth: () => process.stderr.isTTY ? process.stderr.columns : void 0,
				getOutHasColors: () => useColor() ?? (process.stdout.isTTY && process.stdout.hasColors?.()),
				getErrHasColors: () => useColor() ?? (process.stderr.isTTY && process.stderr.hasColors?.()),
				stripColor: (str) => stripColor(str)
			};
			this._hidden = false;
			/** @type {(Option | null | undefined)} */
			this._helpOption = void 0;
			this._addImplicitHelpCommand = void 0;
			/** @type {Command} */
			this._helpCommand = void 0;
			this._helpConfiguration = {};
			/** @type {string | undefined} */
			this._helpGroupHeading = void 0;
			/** @type {string | undefined} */
			this._defaultCommandGroup = void 0;
			/** @type {string | undefined} */
			this._defaultOptionGroup = void 0;
		}
		/**
		* Copy settings that are useful to have in common across root command and subcommands.
		*
		* (Used internally when adding a command using `.command()` so subcommands inherit parent settings.)
		*
		* @param {Command} sourceCommand
		* @return {Command} `this` command for chaining
		*/
		copyInheritedSettings(sourceCommand) {
			this._outputConfiguration = sourceCommand._outputConfiguration;
			this._helpOption = sourceCommand._helpOption;
			this._helpCommand = sourceCommand._helpCommand;
			this._helpConfiguration = sourceCommand._helpConfiguration;
			this._exitCallback = sourceCommand._exitCallback;
			this._storeOptionsAsProperties = sourceCommand._storeOptionsAsProperties;
			this._combineFlagAndOptionalValue = sourceCommand._combineFlagAndOptionalValue;
			this._allowExcessArguments = sourceCommand._allowExcessArguments;
			this._enablePositionalOptions = sourceCommand._enablePositionalOptions;
			this._showHelpAfterError = sourceCommand._showHelpAfterError;
			this._showSuggestionAfterError = sourceCommand._showSuggestionAfterError;
			return this;
		}
		/**
		* @returns {Command[]}
		* @private
		*/
		_getCommandAndAncestors() {
			const result = [];
			for (let command = this; command; command = command.parent) result.push(command);
			return result;
		}
		/**
		* Define a command.
		*
		* There are two styles of command: pay attention to where to put the description.
		*
		* @example
		* // Command implemented using action handler (description is supplied separately to `.command`)
		* program
		*   .command('clone <source> [destination]')
		*   .description('clone a repository into a newly created directory')
		*   .action((source, destination) => {
		*     console.log('clone command called');
		*   });
		*
		* // Command implemented using separate executable file (description is second parameter to `.command`)
		* program
		*   .command('start <service>', 'start named service')
		*   .command('stop [service]', 'stop named service, or all if no name supplied');
		*
		* @param {string} nameAndArgs - command name and arguments, args are `<required>` or `[optional]` and last may also be `variadic...`
		* @param {(object | string)} [actionOptsOrExecDesc] - configuration options (for action), or description (for executable)
		* @param {object} [execOpts] - configuration options (for executable)
		* @return {Command} returns new command for action handler, or `this` for executable command
		*/
		command(nameAndArgs, actionOptsOrExecDesc, execOpts) {
			let desc = actionOptsOrExecDesc;
			let opts = execOpts;
			if (typeof desc === "object" && desc !== null) {
				opts = desc;
				desc = null;
			}
			opts = opts || {};
			const [, name, args] = nameAndArgs.match(/([^ ]+) *(.*)/);
			const cmd = this.createCommand(name);
			if (desc) {
				cmd.description(desc);
				cmd._executableHandler = true;
			}
			if (opts.isDefault) this._defaultCommandName = cmd._name;
			cmd._hidden = !!(opts.noHelp || opts.hidden);
			cmd._executableFile = opts.executableFile || null;
			if (args) cmd.arguments(args);
			this._registerCommand(cmd);
			cmd.parent = this;
			cmd.copyInheritedSettings(this);
			if (desc) return this;
			return cmd;
		}
		/**
		* Factory routine to create a new unattached command.
		*
		* See .command() for creating an attached subcommand, which uses this routine to
		* create the command. You can override createCommand to customise subcommands.
		*
		* @param {string} [name]
		* @return {Command} new command
		*/
		createCommand(name) {
			return new Command(name);
		}
		/**
		* You can customise the help with a subclass of Help by overriding createHelp,
		* or by overriding Help properties using configureHelp().
		*
		* @return {Help}
		*/
		createHelp() {
			return Object.assign(new Help(), this.configureHelp());
		}
		/**
		* You can customise the help by overriding Help properties using configureHelp(),
		* or with a subclass of Help by overriding createHelp().
		*
		* @param {object} [configuration] - configuration options
		* @return {(Command | object)} `this` command for chaining, or stored configuration
		*/
		configureHelp(configuration) {
			if (configuration === void 0) return this._helpConfiguration;
			this._helpConfiguration = configuration;
			return this;
		}
		/**
		* The default output goes to stdout and stderr. You can customise this for special
		* applications. You can also customise the display of errors by overriding outputError.
		*
		* The configuration properties are all functions:
		*
		*     // change how output being written, defaults to stdout and stderr
		*     writeOut(str)
		*     writeErr(str)
		*     // change how output being written for errors, defaults to writeErr
		*     outputError(str, write) // used for displaying errors and not used for displaying help
		*     // specify width for wrapping help
		*     getOutHelpWidth()
		*     getErrHelpWidth()
		*     // color support, currently only used with Help
		*     getOutHasColors()
		*     getErrHasColors()
		*     stripColor() // used to remove ANSI escape codes if output does not have colors
		*
		* @param {object} [configuration] - configuration options
		* @return {(Command | object)} `this` command for chaining, or stored configuration
		*/
		configureOutput(configuration) {
			if (configuration === void 0) return this._outputConfiguration;
			this._outputConfiguration = {
				...this._outputConfiguration,
				...configuration
			};
			return this;
		}
		/**
		* Display the help or a custom message after an error occurs.
		*
		* @param {(boolean|string)} [displayHelp]
		* @return {Command} `this` command for chaining
		*/
		showHelpAfterError(displayHelp = true) {
			if (typeof displayHelp !== "string") displayHelp = !!displayHelp;
			this._showHelpAfterError = displayHelp;
			return this;
		}
		/**
		* Display suggestion of similar commands for unknown commands, or options for unknown options.
		*
		* @param {boolean} [displaySuggestion]
		* @return {Command} `this` command for chaining
		*/
		showSuggestionAfterError(displaySuggestion = true) {
			this._showSuggestionAfterError = !!displaySuggestion;
			return this;
		}
		/**
		* Add a prepared subcommand.
		*
		* See .command() for creating an attached subcommand which inherits settings from its parent.
		*
		* @param {Command} cmd - new subcommand
		* @param {object} [opts] - configuration options
		* @return {Command} `this` command for chaining
		*/
		addCommand(cmd, opts) {
			if (!cmd._name) throw new Error(`Command passed to .addCommand() must have a name
- specify the name in Command constructor or using .name()`);
			opts = opts || {};
			if (opts.isDefault) this._defaultCommandName = cmd._name;
			if (opts.noHelp || opts.hidden) cmd._hidden = true;
			this._registerCommand(cmd);
			cmd.parent = this;
			cmd._checkForBrokenPassThrough();
			return this;
		}
		/**
		* Factory routine to create a new unattached argument.
		*
		* See .argument() for creating an attached argument, which uses this routine to
		* create the argument. You can override createArgument to return a custom argument.
		*
		* @param {string} name
		* @param {string} [description]
		* @return {Argument} new argument
		*/
		createArgument(name, description) {
			return new Argument(name, description);
		}
		/**
		* Define argument syntax for command.
		*
		* The default is that the argument is required, and you can explicitly
		* indicate this with <> around the name. Put [] around the name for an optional argument.
		*
		* @example
		* program.argument('<input-file>');
		* program.argument('[output-file]');
		*
		* @param {string} name
		* @param {string} [description]
		* @param {(Function|*)} [parseArg] - custom argument processing function or default value
		* @param {*} [defaultValue]
		* @return {Command} `this` command for chaining
		*/
		argument(name, description, parseArg, defaultValue) {
			const argument = this.createArgument(name, description);
			if (typeof parseArg === "function") argument.default(defaultValue).argParser(parseArg);
			else argument.default(parseArg);
			this.addArgument(argument);
			return this;
		}
		/**
		* Define argument syntax for command, adding multiple at once (without descriptions).
		*
		* See also .argument().
		*
		* @example
		* program.arguments('<cmd> [env]');
		*
		* @param {string} names
		* @return {Command} `this` command for chaining
		*/
		arguments(names) {
			names.trim().split(/ +/).forEach((detail) => {
				this.argument(detail);
			});
			return this;
		}
		/**
		* Define argument syntax for command, adding a prepared argument.
		*
		* @param {Argument} argument
		* @return {Command} `this` command for chaining
		*/
		addArgument(argument) {
			const previousArgument = this.registeredArguments.slice(-1)[0];
			if (previousArgument?.variadic) throw new Error(`only the last argument can be variadic '${previousArgument.name()}'`);
			if (argument.required && argument.defaultValue !== void 0 && argument.parseArg === void 0) throw new Error(`a default value for a required argument is never used: '${argument.name()}'`);
			this.registeredArguments.push(argument);
			return this;
		}
		/**
		* Customise or override default help command. By default a help command is automatically added if your command has subcommands.
		*
		* @example
		*    program.helpCommand('help [cmd]');
		*    program.helpCommand('help [cmd]', 'show help');
		*    program.helpCommand(false); // suppress default help command
		*    program.helpCommand(true); // add help command even if no subcommands
		*
		* @param {string|boolean} enableOrNameAndArgs - enable with custom name and/or arguments, or boolean to override whether added
		* @param {string} [description] - custom description
		* @return {Command} `this` command for chaining
		*/
		helpCommand(enableOrNameAndArgs, description) {
			if (typeof enableOrNameAndArgs === "boolean") {
				this._addImplicitHelpCommand = enableOrNameAndArgs;
				if (enableOrNameAndArgs && this._defaultCommandGroup) this._initCommandGroup(this._getHelpCommand());
				return this;
			}
			const [, helpName, helpArgs] = (enableOrNameAndArgs ?? "help [command]").match(/([^ ]+) *(.*)/);
			const helpDescription = description ?? "display help for command";
			const helpCommand = this.createCommand(helpName);
			helpCommand.helpOption(false);
			if (helpArgs) helpCommand.arguments(helpArgs);
			if (helpDescription) helpCommand.description(helpDescription);
			this._addImplicitHelpCommand = true;
			this._helpCommand = helpCommand;
			if (enableOrNameAndArgs || description) this._initCommandGroup(helpCommand);
			return this;
		}
		/**
		* Add prepared custom help command.
		*
		* @param {(Command|string|boolean)} helpCommand - custom help command, or deprecated enableOrNameAndArgs as for `.helpCommand()`
		* @param {string} [deprecatedDescription] - deprecated custom description used with custom name only
		* @return {Command} `this` command for chaining
		*/
		addHelpCommand(helpCommand, deprecatedDescription) {
			if (typeof helpCommand !== "object") {
				this.helpCommand(helpCommand, deprecatedDescription);
				return this;
			}
			this._addImplicitHelpCommand = true;
			this._helpCommand = helpCommand;
			this._initCommandGroup(helpCommand);
			return this;
		}
		/**
		* Lazy create help command.
		*
		* @return {(Command|null)}
		* @package
		*/
		_getHelpCommand() {
			if (this._addImplicitHelpCommand ?? (this.commands.length && !this._actionHandler && !this._findCommand("help"))) {
				if (this._helpCommand === void 0) this.helpCommand(void 0, void 0);
				return this._helpCommand;
			}
			return null;
		}
		/**
		* Add hook for life cycle event.
		*
		* @param {string} event
		* @param {Function} listener
		* @return {Command} `this` command for chaining
		*/
		hook(event, listener) {
			const allowedValues = [
				"preSubcommand",
				"preAction",
				"postAction"
			];
			if (!allowedValues.includes(event)) throw new Error(`Unexpected value for event passed to hook : '${event}'.
Expecting one of '${allowedValues.join("', '")}'`);
			if (this._lifeCycleHooks[event]) this._lifeCycleHooks[event].push(listener);
			else this._lifeCycleHooks[event] = [listener];
			return this;
		}
		/**
		* Register callback to use as replacement for calling process.exit.
		*
		* @param {Function} [fn] optional callback which will be passed a CommanderError, defaults to throwing
		* @return {Command} `this` command for chaining
		*/
		exitOverride(fn) {
			if (fn) this._exitCallback = fn;
			else this._exitCallback = (err) => {
				if (err.code !== "commander.executeSubCommandAsync") throw err;
			};
			return this;
		}
		/**
		* Call process.exit, and _exitCallback if defined.
		*
		* @param {number} exitCode exit code for using with process.exit
		* @param {string} code an id string representing the error
		* @param {string} message human-readable description of the error
		* @return never
		* @private
		*/
		_exit(exitCode, code, message) {
			if (this._exitCallback) this._exitCallback(new CommanderError(exitCode, code, message));
			process.exit(exitCode);
		}
		/**
		* Register callback `fn` for the command.
		*
		* @example
		* program
		*   .command('serve')
		*   .description('start service')
		*   .action(function() {
		*      // do work here
		*   });
		*
		* @param {Function} fn
		* @return {Command} `this` command for chaining
		*/
		action(fn) {
			const listener = (args) => {
				const expectedArgsCount = this.registeredArguments.length;
				const actionArgs = args.slice(0, expectedArgsCount);
				if (this._storeOptionsAsProperties) actionArgs[expectedArgsCount] = this;
				else actionArgs[expectedArgsCount] = this.opts();
				actionArgs.push(this);
				return fn.apply(this, actionArgs);
			};
			this._actionHandler = listener;
			return this;
		}
		/**
		* Factory routine to create a new unattached option.
		*
		* See .option() for creating an attached option, which uses this routine to
		* create the option. You can override createOption to return a custom option.
		*
		* @param {string} flags
		* @param {string} [description]
		* @return {Option} new option
		*/
		createOption(flags, description) {
			return new Option(flags, description);
		}
		/**
		* Wrap parseArgs to catch 'commander.invalidArgument'.
		*
		* @param {(Option | Argument)} target
		* @param {string} value
		* @param {*} previous
		* @param {string} invalidArgumentMessage
		* @private
		*/
		_callParseArg(target, value, previous, invalidArgumentMessage) {
			try {
				return target.parseArg(value, previous);
			} catch (err) {
				if (err.code === "commander.invalidArgument") {
					const message = `${invalidArgumentMessage} ${err.message}`;
					this.error(message, {
						exitCode: err.exitCode,
						code: err.code
					});
				}
				throw err;
			}
		}
		/**
		* Check for option flag conflicts.
		* Register option if no conflicts found, or throw on conflict.
		*
		* @param {Option} option
		* @private
		*/
		_registerOption(option) {
			const matchingOption = option.short && this._findOption(option.short) || option.long && this._findOption(option.long);
			if (matchingOption) {
				const matchingFlag = option.long && this._findOption(option.long) ? option.long : option.short;
				throw new Error(`Cannot add option '${option.flags}'${this._name && ` to command '${this._name}'`} due to conflicting flag '${matchingFlag}'
-  already used by option '${matchingOption.flags}'`);
			}
			this._initOptionGroup(option);
			this.options.push(option);
		}
		/**
		* Check for command name and alias conflicts with existing commands.
		* Register command if no conflicts found, or throw on conflict.
		*
		* @param {Command} command
		* @private
		*/
		_registerCommand(command) {
			const knownBy = (cmd) => {
				return [cmd.name()].concat(cmd.aliases());
			};
			const alreadyUsed = knownBy(command).find((name) => this._findCommand(name));
			if (alreadyUsed) {
				const existingCmd = knownBy(this._findCommand(alreadyUsed)).join("|");
				const newCmd = knownBy(command).join("|");
				throw new Error(`cannot add command '${newCmd}' as already have command '${existingCmd}'`);
			}
			this._initCommandGroup(command);
			this.commands.push(command);
		}
		/**
		* Add an option.
		*
		* @param {Option} option
		* @return {Command} `this` command for chaining
		*/
		addOption(option) {
			this._registerOption(option);
			const oname = option.name();
			const name = option.attributeName();
			if (option.negate) {
				const positiveLongFlag = option.long.replace(/^--no-/, "--");
				if (!this._findOption(positiveLongFlag)) this.setOptionValueWithSource(name, option.defaultValue === void 0 ? true : option.defaultValue, "default");
			} else if (option.defaultValue !== void 0) this.setOptionValueWithSource(name, option.defaultValue, "default");
			const handleOptionValue = (val, invalidValueMessage, valueSource) => {
				if (val == null && option.presetArg !== void 0) val = option.presetArg;
				const oldValue = this.getOptionValue(name);
				if (val !== null && option.parseArg) val = this._callParseArg(option, val, oldValue, invalidValueMessage);
				else if (val !== null && option.variadic) val = option._collectValue(val, oldValue);
				if (val == null) {
					if (option.negate) val = false;
					else if (option.isBoolean() || option.optional) val = true;
					else val = "";
				}
				this.setOptionValueWithSource(name, val, valueSource);
			};
			this.on("option:" + oname, (val) => {
				const invalidValueMessage = `error: option '${option.flags}' argument '${val}' is invalid.`;
				handleOptionValue(val, invalidValueMessage, "cli");
			});
			if (option.envVar) this.on("optionEnv:" + oname, (val) => {
				const invalidValueMessage = `error: option '${option.flags}' value '${val}' from env '${option.envVar}' is invalid.`;
				handleOptionValue(val, invalidValueMessage, "env");
			});
			return this;
		}
		/**
		* Internal implementation shared by .option() and .requiredOption()
		*
		* @return {Command} `this` command for chaining
		* @private
		*/
		_optionEx(config, flags, description, fn, defaultValue) {
			if (typeof flags === "object" && flags instanceof Option) throw new Error("To add an Option object use addOption() instead of option() or requiredOption()");
			const option = this.createOption(flags, description);
			option.makeOptionMandatory(!!config.mandatory);
			if (typeof fn === "function") option.default(defaultValue).argParser(fn);
			else if (fn instanceof RegExp) {
				const regex = fn;
				fn = (val, def) => {
					const m = regex.exec(val);
					return m ? m[0] : def;
				};
				option.default(defaultValue).argParser(fn);
			} else option.default(fn);
			return this.addOption(option);
		}
		/**
		* Define option with `flags`, `description`, and optional argument parsing function or `defaultValue` or both.
		*
		* The `flags` string contains the short and/or long flags, separated by comma, a pipe or space. A required
		* option-argument is indicated by `<>` and an optional option-argument by `[]`.
		*
		* See the README for more details, and see also addOption() and requiredOption().
		*
		* @example
		* program
		*     .option('-p, --pepper', 'add pepper')
		*     .option('--pt, --pizza-type <TYPE>', 'type of pizza') // required option-argument
		*     .option('-c, --cheese [CHEESE]', 'add extra cheese', 'mozzarella') // optional option-argument with default
		*     .option('-t, --tip <VALUE>', 'add tip to purchase cost', parseFloat) // custom parse function
		*
		* @param {string} flags
		* @param {string} [description]
		* @param {(Function|*)} [parseArg] - custom option processing function or default value
		* @param {*} [defaultValue]
		* @return {Command} `this` command for chaining
		*/
		option(flags, description, parseArg, defaultValue) {
			return this._optionEx({}, flags, description, parseArg, defaultValue);
		}
		/**
		* Add a required option which must have a value after parsing. This usually means
		* the option must be specified on the command line. (Otherwise the same as .option().)
		*
		* The `flags` string contains the short and/or long flags, separated by comma, a pipe or space.
		*
		* @param {string} flags
		* @param {string} [description]
		* @param {(Function|*)} [parseArg] - custom option processing function or default value
		* @param {*} [defaultValue]
		* @return {Command} `this` command for chaining
		*/
		requiredOption(flags, description, parseArg, defaultValue) {
			return this._optionEx({ mandatory: true }, flags, description, parseArg, defaultValue);
		}
		/**
		* Alter parsing of short flags with optional values.
		*
		* @example
		* // for `.option('-f,--flag [value]'):
		* program.combineFlagAndOptionalValue(true);  // `-f80` is treated like `--flag=80`, this is the default behaviour
		* program.combineFlagAndOptionalValue(false) // `-fb` is treated like `-f -b`
		*
		* @param {boolean} [combine] - if `true` or omitted, an optional value can be specified directly after the flag.
		* @return {Command} `this` command for chaining
		*/
		combineFlagAndOptionalValue(combine = true) {
			this._combineFlagAndOptionalValue = !!combine;
			return this;
		}
		/**
		* Allow unknown options on the command line.
		*
		* @param {boolean} [allowUnknown] - if `true` or omitted, no error will be thrown for unknown options.
		* @return {Command} `this` command for chaining
		*/
		allowUnknownOption(allowUnknown = true) {
			this._allowUnknownOption = !!allowUnknown;
			return this;
		}
		/**
		* Allow excess command-arguments on the command line. Pass false to make excess arguments an error.
		*
		* @param {boolean} [allowExcess] - if `true` or omitted, no error will be thrown for excess arguments.
		* @return {Command} `this` command for chaining
		*/
		allowExcessArguments(allowExcess = true) {
			this._allowExcessArguments = !!allowExcess;
			return this;
		}
		/**
		* Enable positional options. Positional means global options are specified before subcommands which lets
		* subcommands reuse the same option names, and also enables subcommands to turn on passThroughOptions.
		* The default behaviour is non-positional and global options may appear anywhere on the command line.
		*
		* @param {boolean} [positional]
		* @return {Command} `this` command for chaining
		*/
		enablePositionalOptions(positional = true) {
			this._enablePositionalOptions = !!positional;
			return this;
		}
		/**
		* Pass through options that come after command-arguments rather than treat them as command-options,
		* so actual command-options come before command-arguments. Turning this on for a subcommand requires
		* positional options to have been enabled on the program (parent commands).
		* The default behaviour is non-positional and options may appear before or after command-arguments.
		*
		* @param {boolean} [passThrough] for unknown options.
		* @return {Command} `this` command for chaining
		*/
		passThroughOptions(passThrough = true) {
			this._passThroughOptions = !!passThrough;
			this._checkForBrokenPassThrough();
			return this;
		}
		/**
		* @private
		*/
		_checkForBrokenPassThrough() {
			if (this.parent && this._passThroughOptions && !this.parent._enablePositionalOptions) throw new Error(`passThroughOptions cannot be used for '${this._name}' without turning on enablePositionalOptions for parent command(s)`);
		}
		/**
		* Whether to store option values as properties on command object,
		* or store separately (specify false). In both cases the option values can be accessed using .opts().
		*
		* @param {boolean} [storeAsProperties=true]
		* @return {Command} `this` command for chaining
		*/
		storeOptionsAsProperties(storeAsProperties = true) {
			if (this.options.length) throw new Error("call .storeOptionsAsProperties() before adding options");
			if (Object.keys(this._optionValues).length) throw new Error("call .storeOptionsAsProperties() before setting option values");
			this._storeOptionsAsProperties = !!storeAsProperties;
			return this;
		}
		/**
		* Retrieve option value.
		*
		* @param {string} key
		* @return {object} value
		*/
		getOptionValue(key) {
			if (this._storeOptionsAsProperties) return this[key];
			return this._optionValues[key];
		}
		/**
		* Store option value.
		*
		* @param {string} key
		* @param {object} value
		* @return {Command} `this` command for chaining
		*/
		setOptionValue(key, value) {
			return this.setOptionValueWithSource(key, value, void 0);
		}
		/**
		* Store option value and where the value came from.
		*
		* @param {string} key
		* @param {object} value
		* @param {string} source - expected values are default/config/env/cli/implied
		* @return {Command} `this` command for chaining
		*/
		setOptionValueWithSource(key, value, source) {
			if (this._storeOptionsAsProperties) this[key] = value;
			else this._optionValues[key] = value;
			this._optionValueSources[key] = source;
			return this;
		}
		/**
		* Get source of option value.
		* Expected values are default | config | env | cli | implied
		*
		* @param {string} key
		* @return {string}
		*/
		getOptionValueSource(key) {
			return this._optionValueSources[key];
		}
		/**
		* Get source of option value. See also .optsWithGlobals().
		* Expected values are default | config | env | cli | implied
		*
		* @param {string} key
		* @return {string}
		*/
		getOptionValueSourceWithGlobals(key) {
			let source;
			this._getCommandAndAncestors().forEach((cmd) => {
				if (cmd.getOptionValueSource(key) !== void 0) source = cmd.getOptionValueSource(key);
			});
			return source;
		}
		/**
		* Get user arguments from implied or explicit arguments.
		* Side-effects: set _scriptPath if args included script. Used for default program name, and subcommand searches.
		*
		* @private
		*/
		_prepareUserArgs(argv, parseOptions) {
			if (argv !== void 0 && !Array.isArray(argv)) throw new Error("first parameter to parse must be array or undefined");
			parseOptions = parseOptions || {};
			if (argv === void 0 && parseOptions.from === void 0) {
				if (process.versions?.electron) parseOptions.from = "electron";
				const execArgv = process.execArgv ?? [];
				if (execArgv.includes("-e") || execArgv.includes("--eval") || execArgv.includes("-p") || execArgv.includes("--print")) parseOptions.from = "eval";
			}
			if (argv === void 0) argv = process.argv;
			this.rawArgs = argv.slice();
			let userArgs;
			switch (parseOptions.from) {
				case void 0:
				case "node":
					this._scriptPath = argv[1];
					userArgs = argv.slice(2);
					break;
				case "electron":
					if (process.defaultApp) {
						this._scriptPath = argv[1];
						userArgs = argv.slice(2);
					} else userArgs = argv.slice(1);
					break;
				case "user":
					userArgs = argv.slice(0);
					break;
				case "eval":
					userArgs = argv.slice(1);
					break;
				default: throw new Error(`unexpected parse option { from: '${parseOptions.from}' }`);
			}
			if (!this._name && this._scriptPath) this.nameFromFilename(this._scriptPath);
			this._name = this._name || "program";
			return userArgs;
		}
		/**
		* Parse `argv`, setting options and invoking commands when defined.
		*
		* Use parseAsync instead of parse if any of your action handlers are async.
		*
		* Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
		*
		* Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
		* - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
		* - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
		* - `'user'`: just user arguments
		*
		* @example
		* program.parse(); // parse process.argv and auto-detect electron and special node flags
		* program.parse(process.argv); // assume argv[0] is app and argv[1] is script
		* program.parse(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
		*
		* @param {string[]} [argv] - optional, defaults to process.argv
		* @param {object} [parseOptions] - optionally specify style of options with from: node/user/electron
		* @param {string} [parseOptions.from] - where the args are from: 'node', 'user', 'electron'
		* @return {Command} `this` command for chaining
		*/
		parse(argv, parseOptions) {
			this._prepareForParse();
			const userArgs = this._prepareUserArgs(argv, parseOptions);
			this._parseCommand([], userArgs);
			return this;
		}
		/**
		* Parse `argv`, setting options and invoking commands when defined.
		*
		* Call with no parameters to parse `process.argv`. Detects Electron and special node options like `node --eval`. Easy mode!
		*
		* Or call with an array of strings to parse, and optionally where the user arguments start by specifying where the arguments are `from`:
		* - `'node'`: default, `argv[0]` is the application and `argv[1]` is the script being run, with user arguments after that
		* - `'electron'`: `argv[0]` is the application and `argv[1]` varies depending on whether the electron application is packaged
		* - `'user'`: just user arguments
		*
		* @example
		* await program.parseAsync(); // parse process.argv and auto-detect electron and special node flags
		* await program.parseAsync(process.argv); // assume argv[0] is app and argv[1] is script
		* await program.parseAsync(my-args, { from: 'user' }); // just user supplied arguments, nothing special about argv[0]
		*
		* @param {string[]} [argv]
		* @param {object} [parseOptions]
		* @param {string} parseOptions.from - where the args are from: 'node', 'user', 'electron'
		* @return {Promise}
		*/
		async parseAsync(argv, parseOptions) {
			this._prepareForParse();
			const userArgs = this._prepareUserArgs(argv, parseOptions);
			await this._parseCommand([], userArgs);
			return this;
		}
		_prepareForParse() {
			if (this._savedState === null) this.saveStateBeforeParse();
			else this.restoreStateBeforeParse();
		}
		/**
		* Called the first time parse is called to save state and allow a restore before subsequent calls to parse.
		* Not usually called directly, but available for subclasses to save their custom state.
		*
		* This is called in a lazy way. Only commands used in parsing chain will have state saved.
		*/
		saveStateBeforeParse() {
			this._savedState = {
				_name: this._name,
				_optionValues: { ...this._optionValues },
				_optionValueSources: { ...this._optionValueSources }
			};
		}
		/**
		* Restore state before parse for calls after the first.
		* Not usually called directly, but available for subclasses to save their custom state.
		*
		* This is called in a lazy way. Only commands used in parsing chain will have state restored.
		*/
		restoreStateBeforeParse() {
			if (this._storeOptionsAsProperties) throw new Error(`Can not call parse again when storeOptionsAsProperties is true.
- either make a new Command for each call to parse, or stop storing options as properties`);
			this._name = this._savedState._name;
			this._scriptPath = null;
			this.rawArgs = [];
			this._optionValues = { ...this._savedState._optionValues };
			this._optionValueSources = { ...this._savedState._optionValueSources };
			this.args = [];
			this.processedArgs = [];
		}
		/**
		* Throw if expected executable is missing. Add lots of help for author.
		*
		* @param {string} executableFile
		* @param {string} executableDir
		* @param {string} subcommandName
		*/
		_checkForMissingExecutable(executableFile, executableDir, subcommandName) {
			if (fs.existsSync(executableFile)) return;
			const executableMissing = `'${executableFile}' does not exist
 - if '${subcommandName}' is not meant to be an executable command, remove description parameter from '.command()' and use '.description()' instead
 - if the default executable name is not suitable, use the executableFile option to supply a custom name or path
 - ${executableDir ? `searched for local subcommand relative to directory '${executableDir}'` : "no directory for search for local subcommand, use .executableDir() to supply a custom directory"}`;
			throw new Error(executableMissing);
		}
		/**
		* Execute a sub-command executable.
		*
		* @private
		*/
		_executeSubCommand(subcommand, args) {
			args = args.slice();
			let launchWithNode = false;
			const sourceExt = [
				".js",
				".ts",
				".tsx",
				".mjs",
				".cjs"
			];
			function findFile(baseDir, baseName) {
				const localBin = path.resolve(baseDir, baseName);
				if (fs.existsSync(localBin)) return localBin;
				if (sourceExt.includes(path.extname(baseName))) return void 0;
				const foundExt = sourceExt.find((ext) => fs.existsSync(`${localBin}${ext}`));
				if (foundExt) return `${localBin}${foundExt}`;
			}
			this._checkForMissingMandatoryOptions();
			this._checkForConflictingOptions();
			let executableFile = subcommand._executableFile || `${this._name}-${subcommand._name}`;
			let executableDir = this._executableDir || "";
			if (this._scriptPath) {
				let resolvedScriptPath;
				try {
					resolvedScriptPath = fs.realpathSync(this._scriptPath);
				} catch {
					resolvedScriptPath = this._scriptPath;
				}
				executableDir = path.resolve(path.dirname(resolvedScriptPath), executableDir);
			}
			if (executableDir) {
				let localFile = findFile(executableDir, executableFile);
				if (!localFile && !subcommand._executableFile && this._scriptPath) {
					const legacyName = path.basename(this._scriptPath, path.extname(this._scriptPath));
					if (legacyName !== this._name) localFile = findFile(executableDir, `${legacyName}-${subcommand._name}`);
				}
				executableFile = localFile || executableFile;
			}
			launchWithNode = sourceExt.includes(path.extname(executableFile));
			let proc;
			if (process.platform !== "win32") {
				if (launchWithNode) {
					args.unshift(executableFile);
					args = incrementNodeInspectorPort(process.execArgv).concat(args);
					proc = childProcess.spawn(process.argv[0], args, { stdio: "inherit" });
				} else proc = childProcess.spawn(executableFile, args, { stdio: "inherit" });
			} else {
				this._checkForMissingExecutable(executableFile, executableDir, subcommand._name);
				args.unshift(executableFile);
				args = incrementNodeInspectorPort(process.execArgv).concat(args);
				proc = childProcess.spawn(process.execPath, args, { stdio: "inherit" });
			}
			if (!proc.killed) [
				"SIGUSR1",
				"SIGUSR2",
				"SIGTERM",
				"SIGINT",
				"SIGHUP"
			].forEach((signal) => {
				process.on(signal, () => {
					if (proc.killed === false && proc.exitCode === null) proc.kill(signal);
				});
			});
			const exitCallback = this._exitCallback;
			proc.on("close", (code) => {
				code = code ?? 1;
				if (!exitCallback) process.exit(code);
				else exitCallback(new CommanderError(code, "commander.executeSubCommandAsync", "(close)"));
			});
			proc.on("error", (err) => {
				if (err.code === "ENOENT") this._checkForMissingExecutable(executableFile, executableDir, subcommand._name);
				else if (err.code === "EACCES") throw new Error(`'${executableFile}' not executable`);
				if (!exitCallback) process.exit(1);
				else {
					const wrappedError = new CommanderError(1, "commander.executeSubCommandAsync", "(error)");
					wrappedError.nestedError = err;
					exitCallback(wrappedError);
				}
			});
			this.runningCommand = proc;
		}
		/**
		* @private
		*/
		_dispatchSubcommand(commandName, operands, unknown) {
			const subCommand = this._findCommand(commandName);
			if (!subCommand) this.help({ error: true });
			subCommand._prepareForParse();
			let promiseChain;
			promiseChain = this._chainOrCallSubCommandHook(promiseChain, subCommand, "preSubcommand");
			promiseChain = this._chainOrCall(promiseChain, () => {
				if (subCommand._executableHandler) this._executeSubCommand(subCommand, operands.concat(unknown));
				else return subCommand._parseCommand(operands, unknown);
			});
			return promiseChain;
		}
		/**
		* Invoke help directly if possible, or dispatch if necessary.
		* e.g. help foo
		*
		* @private
		*/
		_dispatchHelpCommand(subcommandName) {
			if (!subcommandName) this.help();
			const subCommand = this._findCommand(subcommandName);
			if (subCommand && !subCommand._executableHandler) subCommand.help();
			return this._dispatchSubcommand(subcommandName, [], [this._getHelpOption()?.long ?? this._getHelpOption()?.short ?? "--help"]);
		}
		/**
		* Check this.args against expected this.registeredArguments.
		*
		* @private
		*/
		_checkNumberOfArguments() {
			this.registeredArguments.forEach((arg, i) => {
				if (arg.required && this.args[i] == null) this.missingArgument(arg.name());
			});
			if (this.registeredArguments.length > 0 && this.registeredArguments[this.registeredArguments.length - 1].variadic) return;
			if (this.args.length > this.registeredArguments.length) this._excessArguments(this.args);
		}
		/**
		* Process this.args using this.registeredArguments and save as this.processedArgs!
		*
		* @private
		*/
		_processArguments() {
			const myParseArg = (argument, value, previous) => {
				let parsedValue = value;
				if (value !== null && argument.parseArg) {
					const invalidValueMessage = `error: command-argument value '${value}' is invalid for argument '${argument.name()}'.`;
					parsedValue = this._callParseArg(argument, value, previous, invalidValueMessage);
				}
				return parsedValue;
			};
			this._checkNumberOfArguments();
			const processedArgs = [];
			this.registeredArguments.forEach((declaredArg, index) => {
				let value = declaredArg.defaultValue;
				if (declaredArg.variadic) {
					if (index < this.args.length) {
						value = this.args.slice(index);
						if (declaredArg.parseArg) value = value.reduce((processed, v) => {
							return myParseArg(declaredArg, v, processed);
						}, declaredArg.defaultValue);
					} else if (value === void 0) value = [];
				} else if (index < this.args.length) {
					value = this.args[index];
					if (declaredArg.parseArg) value = myParseArg(declaredArg, value, declaredArg.defaultValue);
				}
				processedArgs[index] = value;
			});
			this.processedArgs = processedArgs;
		}
		/**
		* Once we have a promise we chain, but call synchronously until then.
		*
		* @param {(Promise|undefined)} promise
		* @param {Function} fn
		* @return {(Promise|undefined)}
		* @private
		*/
		_chainOrCall(promise, fn) {
			if (promise?.then && typeof promise.then === "function") return promise.then(() => fn());
			return fn();
		}
		/**
		*
		* @param {(Promise|undefined)} promise
		* @param {string} event
		* @return {(Promise|undefined)}
		* @private
		*/
		_chainOrCallHooks(promise, event) {
			let result = promise;
			const hooks = [];
			this._getCommandAndAncestors().reverse().filter((cmd) => cmd._lifeCycleHooks[event] !== void 0).forEach((hookedCommand) => {
				hookedCommand._lifeCycleHooks[event].forEach((callback) => {
					hooks.push({
						hookedCommand,
						callback
					});
				});
			});
			if (event === "postAction") hooks.reverse();
			hooks.forEach((hookDetail) => {
				result = this._chainOrCall(result, () => {
					return hookDetail.callback(hookDetail.hookedCommand, this);
				});
			});
			return result;
		}
		/**
		*
		* @param {(Promise|undefined)} promise
		* @param {Command} subCommand
		* @param {string} event
		* @return {(Promise|undefined)}
		* @private
		*/
		_chainOrCallSubCommandHook(promise, subCommand, event) {
			let result = promise;
			if (this._lifeCycleHooks[event] !== void 0) this._lifeCycleHooks[event].forEach((hook) => {
				result = this._chainOrCall(result, () => {
					return hook(this, subCommand);
				});
			});
			return result;
		}
		/**
		* Process arguments in context of this command.
		* Returns action result, in case it is a promise.
		*
		* @private
		*/
		_parseCommand(operands, unknown) {
			const parsed = this.parseOptions(unknown);
			this._parseOptionsEnv();
			this._parseOptionsImplied();
			operands = operands.concat(parsed.operands);
			unknown = parsed.unknown;
			this.args = operands.concat(unknown);
			if (operands && this._findCommand(operands[0])) return this._dispatchSubcommand(operands[0], operands.slice(1), unknown);
			if (this._getHelpCommand() && operands[0] === this._getHelpCommand().name()) return this._dispatchHelpCommand(operands[1]);
			if (this._defaultCommandName) {
				this._outputHelpIfRequested(unknown);
				return this._dispatchSubcommand(this._defaultCommandName, operands, unknown);
			}
			if (this.commands.length && this.args.length === 0 && !this._actionHandler && !this._defaultCommandName) this.help({ error: true });
			this._outputHelpIfRequested(parsed.unknown);
			this._checkForMissingMandatoryOptions();
			this._checkForConflictingOptions();
			const checkForUnknownOptions = () => {
				if (parsed.unknown.length > 0) this.unknownOption(parsed.unknown[0]);
			};
			const commandEvent = `command:${this.name()}`;
			if (this._actionHandler) {
				checkForUnknownOptions();
				this._processArguments();
				let promiseChain;
				promiseChain = this._chainOrCallHooks(promiseChain, "preAction");
				promiseChain = this._chainOrCall(promiseChain, () => this._actionHandler(this.processedArgs));
				if (this.parent) promiseChain = this._chainOrCall(promiseChain, () => {
					this.parent.emit(commandEvent, operands, unknown);
				});
				promiseChain = this._chainOrCallHooks(promiseChain, "postAction");
				return promiseChain;
			}
			if (this.parent?.listenerCount(commandEvent)) {
				checkForUnknownOptions();
				this._processArguments();
				this.parent.emit(commandEvent, operands, unknown);
			} else if (operands.length) {
				if (this._findCommand("*")) return this._dispatchSubcommand("*", operands, unknown);
				if (this.listenerCount("command:*")) this.emit("command:*", operands, unknown);
				else if (this.commands.length) this.unknownCommand();
				else {
					checkForUnknownOptions();
					this._processArguments();
				}
			} else if (this.commands.length) {
				checkForUnknownOptions();
				this.help({ error: true });
			} else {
				checkForUnknownOptions();
				this._processArguments();
			}
		}
		/**
		* Find matching command.
		*
		* @private
		* @return {Command | undefined}
		*/
		_findCommand(name) {
			if (!name) return void 0;
			return this.commands.find((cmd) => cmd._name === name || cmd._aliases.includes(name));
		}
		/**
		* Return an option matching `arg` if any.
		*
		* @param {string} arg
		* @return {Option}
		* @package
		*/
		_findOption(arg) {
			return this.options.find((option) => option.is(arg));
		}
		/**
		* Display an error message if a mandatory option does not have a value.
		* Called after checking for help flags in leaf subcommand.
		*
		* @private
		*/
		_checkForMissingMandatoryOptions() {
			this._getCommandAndAncestors().forEach((cmd) => {
				cmd.options.forEach((anOption) => {
					if (anOption.mandatory && cmd.getOptionValue(anOption.attributeName()) === void 0) cmd.missingMandatoryOptionValue(anOption);
				});
			});
		}
		/**
		* Display an error message if conflicting options are used together in this.
		*
		* @private
		*/
		_checkForConflictingLocalOptions() {
			const definedNonDefaultOptions = this.options.filter((option) => {
				const optionKey = option.attributeName();
				if (this.getOptionValue(optionKey) === void 0) return false;
				return this.getOptionValueSource(optionKey) !== "default";
			});
			definedNonDefaultOptions.filter((option) => option.conflictsWith.length > 0).forEach((option) => {
				const conflictingAndDefined = definedNonDefaultOptions.find((defined) => option.conflictsWith.includes(defined.attributeName()));
				if (conflictingAndDefined) this._conflictingOption(option, conflictingAndDefined);
			});
		}
		/**
		* Display an error message if conflicting options are used together.
		* Called after checking for help flags in leaf subcommand.
		*
		* @private
		*/
		_checkForConflictingOptions() {
			this._getCommandAndAncestors().forEach((cmd) => {
				cmd._checkForConflictingLocalOptions();
			});
		}
		/**
		* Parse options from `argv` removing known options,
		* and return argv split into operands and unknown arguments.
		*
		* Side effects: modifies command by storing options. Does not reset state if called again.
		*
		* Examples:
		*
		*     argv => operands, unknown
		*     --known kkk op => [op], []
		*     op --known kkk => [op], []
		*     sub --unknown uuu op => [sub], [--unknown uuu op]
		*     sub -- --unknown uuu op => [sub --unknown uuu op], []
		*
		* @param {string[]} args
		* @return {{operands: string[], unknown: string[]}}
		*/
		parseOptions(args) {
			const operands = [];
			const unknown = [];
			let dest = operands;
			function maybeOption(arg) {
				return arg.length > 1 && arg[0] === "-";
			}
			const negativeNumberArg = (arg) => {
				if (!/^-(\d+|\d*\.\d+)(e[+-]?\d+)?$/.test(arg)) return false;
				return !this._getCommandAndAncestors().some((cmd) => cmd.options.map((opt) => opt.short).some((short) => /^-\d$/.test(short)));
			};
			let activeVariadicOption = null;
			let activeGroup = null;
			let i = 0;
			while (i < args.length || activeGroup) {
				const arg = activeGroup ?? args[i++];
				activeGroup = null;
				if (arg === "--") {
					if (dest === unknown) dest.push(arg);
					dest.push(...args.slice(i));
					break;
				}
				if (activeVariadicOption && (!maybeOption(arg) || negativeNumberArg(arg))) {
					this.emit(`option:${activeVariadicOption.name()}`, arg);
					continue;
				}
				activeVariadicOption = null;
				if (maybeOption(arg)) {
					const option = this._findOption(arg);
					if (option) {
						if (option.required) {
							const value = args[i++];
							if (value === void 0) this.optionMissingArgument(option);
							this.emit(`option:${option.name()}`, value);
						} else if (option.optional) {
							let value = null;
							if (i < args.length && (!maybeOption(args[i]) || negativeNumberArg(args[i]))) value = args[i++];
							this.emit(`option:${option.name()}`, value);
						} else this.emit(`option:${option.name()}`);
						activeVariadicOption = option.variadic ? option : null;
						continue;
					}
				}
				if (arg.length > 2 && arg[0] === "-" && arg[1] !== "-") {
					const option = this._findOption(`-${arg[1]}`);
					if (option) {
						if (option.required || option.optional && this._combineFlagAndOptionalValue) this.emit(`option:${option.name()}`, arg.slice(2));
						else {
							this.emit(`option:${option.name()}`);
							activeGroup = `-${arg.slice(2)}`;
						}
						continue;
					}
				}
				if (/^--[^=]+=/.test(arg)) {
					const index = arg.indexOf("=");
					const option = this._findOption(arg.slice(0, index));
					if (option && (option.required || option.optional)) {
						this.emit(`option:${option.name()}`, arg.slice(index + 1));
						continue;
					}
				}
				if (dest === operands && maybeOption(arg) && !(this.commands.length === 0 && negativeNumberArg(arg))) dest = unknown;
				if ((this._enablePositionalOptions || this._passThroughOptions) && operands.length === 0 && unknown.length === 0) {
					if (this._findCommand(arg)) {
						operands.push(arg);
						unknown.push(...args.slice(i));
						break;
					} else if (this._getHelpCommand() && arg === this._getHelpCommand().name()) {
						operands.push(arg, ...args.slice(i));
						break;
					} else if (this._defaultCommandName) {
						unknown.push(arg, ...args.slice(i));
						break;
					}
				}
				if (this._passThroughOptions) {
					dest.push(arg, ...args.slice(i));
					break;
				}
				dest.push(arg);
			}
			return {
				operands,
				unknown
			};
		}
		/**
		* Return an object containing local option values as key-value pairs.
		*
		* @return {object}
		*/
		opts() {
			if (this._storeOptionsAsProperties) {
				const result = {};
				const len = this.options.length;
				for (let i = 0; i < len; i++) {
					const key = this.options[i].attributeName();
					result[key] = key === this._versionOptionName ? this._version : this[key];
				}
				return result;
			}
			return this._optionValues;
		}
		/**
		* Return an object containing merged local and global option values as key-value pairs.
		*
		* @return {object}
		*/
		optsWithGlobals() {
			return this._getCommandAndAncestors().reduce((combinedOptions, cmd) => Object.assign(combinedOptions, cmd.opts()), {});
		}
		/**
		* Display error message and exit (or call exitOverride).
		*
		* @param {string} message
		* @param {object} [errorOptions]
		* @param {string} [errorOptions.code] - an id string representing the error
		* @param {number} [errorOptions.exitCode] - used with process.exit
		*/
		error(message, errorOptions) {
			this._outputConfiguration.outputError(`${message}\n`, this._outputConfiguration.writeErr);
			if (typeof this._showHelpAfterError === "string") this._outputConfiguration.writeErr(`${this._showHelpAfterError}\n`);
			else if (this._showHelpAfterError) {
				this._outputConfiguration.writeErr("\n");
				this.outputHelp({ error: true });
			}
			const config = errorOptions || {};
			const exitCode = config.exitCode || 1;
			const code = config.code || "commander.error";
			this._exit(exitCode, code, message);
		}
		/**
		* Apply any option related environment variables, if option does
		* not have a value from cli or client code.
		*
		* @private
		*/
		_parseOptionsEnv() {
			this.options.forEach((option) => {
				if (option.envVar && option.envVar in process.env) {
					const optionKey = option.attributeName();
					if (this.getOptionValue(optionKey) === void 0 || [
						"default",
						"config",
						"env"
					].includes(this.getOptionValueSource(optionKey))) {
						if (option.required || option.optional) this.emit(`optionEnv:${option.name()}`, process.env[option.envVar]);
						else this.emit(`optionEnv:${option.name()}`);
					}
				}
			});
		}
		/**
		* Apply any implied option values, if option is undefined or default value.
		*
		* @private
		*/
		_parseOptionsImplied() {
			const dualHelper = new DualOptions(this.options);
			const hasCustomOptionValue = (optionKey) => {
				return this.getOptionValue(optionKey) !== void 0 && !["default", "implied"].includes(this.getOptionValueSource(optionKey));
			};
			this.options.filter((option) => option.implied !== void 0 && hasCustomOptionValue(option.attributeName()) && dualHelper.valueFromOption(this.getOptionValue(option.attributeName()), option)).forEach((option) => {
				Object.keys(option.implied).filter((impliedKey) => !hasCustomOptionValue(impliedKey)).forEach((impliedKey) => {
					this.setOptionValueWithSource(impliedKey, option.implied[impliedKey], "implied");
				});
			});
		}
		/**
		* Argument `name` is missing.
		*
		* @param {string} name
		* @private
		*/
		missingArgument(name) {
			const message = `error: missing required argument '${name}'`;
			this.error(message, { code: "commander.missingArgument" });
		}
		/**
		* `Option` is missing an argument.
		*
		* @param {Option} option
		* @private
		*/
		optionMissingArgument(option) {
			const message = `error: option '${option.flags}' argument missing`;
			this.error(message, { code: "commander.optionMissingArgument" });
		}
		/**
		* `Option` does not have a value, and is a mandatory option.
		*
		* @param {Option} option
		* @private
		*/
		missingMandatoryOptionValue(option) {
			const message = `error: required option '${option.flags}' not specified`;
			this.error(message, { code: "commander.missingMandatoryOptionValue" });
		}
		/**
		* `Option` conflicts with another option.
		*
		* @param {Option} option
		* @param {Option} conflictingOption
		* @private
		*/
		_conflictingOption(option, conflictingOption) {
			const findBestOptionFromValue = (option) => {
				const optionKey = option.attributeName();
				const optionValue = this.getOptionValue(optionKey);
				const negativeOption = this.options.find((target) => target.negate && optionKey === target.attributeName());
				const positiveOption = this.options.find((target) => !target.negate && optionKey === target.attributeName());
				if (negativeOption && (negativeOption.presetArg === void 0 && optionValue === false || negativeOption.presetArg !== void 0 && optionValue === negativeOption.presetArg)) return negativeOption;
				return positiveOption || option;
			};
			const getErrorMessage = (option) => {
				const bestOption = findBestOptionFromValue(option);
				const optionKey = bestOption.attributeName();
				if (this.getOptionValueSource(optionKey) === "env") return `environment variable '${bestOption.envVar}'`;
				return `option '${bestOption.flags}'`;
			};
			const message = `error: ${getErrorMessage(option)} cannot be used with ${getErrorMessage(conflictingOption)}`;
			this.error(message, { code: "commander.conflictingOption" });
		}
		/**
		* Unknown option `flag`.
		*
		* @param {string} flag
		* @private
		*/
		unknownOption(flag) {
			if (this._allowUnknownOption) return;
			let suggestion = "";
			if (flag.startsWith("--") && this._showSuggestionAfterError) {
				let candidateFlags = [];
				let command = this;
				do {
					const moreFlags = command.createHelp().visibleOptions(command).filter((option) => option.long).map((option) => option.long);
					candidateFlags = candidateFlags.concat(moreFlags);
					command = command.parent;
				} while (command && !command._enablePositionalOptions);
				suggestion = suggestSimilar(flag, candidateFlags);
			}
			const message = `error: unknown option '${flag}'${suggestion}`;
			this.error(message, { code: "commander.unknownOption" });
		}
		/**
		* Excess arguments, more than expected.
		*
		* @param {string[]} receivedArgs
		* @private
		*/
		_excessArguments(receivedArgs) {
			if (this._allowExcessArguments) return;
			const expected = this.registeredArguments.length;
			const s = expected === 1 ? "" : "s";
			const message = `error: too many arguments${this.parent ? ` for '${this.name()}'` : ""}. Expected ${expected} argument${s} but got ${receivedArgs.length}.`;
			this.error(message, { code: "commander.excessArguments" });
		}
		/**
		* Unknown command.
		*
		* @private
		*/
		unknownCommand() {
			const unknownName = this.args[0];
			let suggestion = "";
			if (this._showSuggestionAfterError) {
				const candidateNames = [];
				this.createHelp().visibleCommands(this).forEach((command) => {
					candidateNames.push(command.name());
					if (command.alias()) candidateNames.push(command.alias());
				});
				suggestion = suggestSimilar(unknownName, candidateNames);
			}
			const message = `error: unknown command '${unknownName}'${suggestion}`;
			this.error(message, { code: "commander.unknownCommand" });
		}
		/**
		* Get or set the program version.
		*
		* This method auto-registers the "-V, --version" option which will print the version number.
		*
		* You can optionally supply the flags and description to override the defaults.
		*
		* @param {string} [str]
		* @param {string} [flags]
		* @param {string} [description]
		* @return {(this | string | undefined)} `this` command for chaining, or version string if no arguments
		*/
		version(str, flags, description) {
			if (str === void 0) return this._version;
			this._version = str;
			flags = flags || "-V, --version";
			description = description || "output the version number";
			const versionOption = this.createOption(flags, description);
			this._versionOptionName = versionOption.attributeName();
			this._registerOption(versionOption);
			this.on("option:" + versionOption.name(), () => {
				this._outputConfiguration.writeOut(`${str}\n`);
				this._exit(0, "commander.version", str);
			});
			return this;
		}
		/**
		* Set the description.
		*
		* @param {string} [str]
		* @param {object} [argsDescription]
		* @return {(string|Command)}
		*/
		description(str, argsDescription) {
			if (str === void 0 && argsDescription === void 0) return this._description;
			this._description = str;
			if (argsDescription) this._argsDescription = argsDescription;
			return this;
		}
		/**
		* Set the summary. Used when listed as subcommand of parent.
		*
		* @param {string} [str]
		* @return {(string|Command)}
		*/
		summary(str) {
			if (str === void 0) return this._summary;
			this._summary = str;
			return this;
		}
		/**
		* Set an alias for the command.
		*
		* You may call more than once to add multiple aliases. Only the first alias is shown in the auto-generated help.
		*
		* @param {string} [alias]
		* @return {(string|Command)}
		*/
		alias(alias) {
			if (alias === void 0) return this._aliases[0];
			/** @type {Command} */
			let command = this;
			if (this.commands.length !== 0 && this.commands[this.commands.length - 1]._executableHandler) command = this.commands[this.commands.length - 1];
			if (alias === command._name) throw new Error("Command alias can't be the same as its name");
			const matchingCommand = this.parent?._findCommand(alias);
			if (matchingCommand) {
				const existingCmd = [matchingCommand.name()].concat(matchingCommand.aliases()).join("|");
				throw new Error(`cannot add alias '${alias}' to command '${this.name()}' as already have command '${existingCmd}'`);
			}
			command._aliases.push(alias);
			return this;
		}
		/**
		* Set aliases for the command.
		*
		* Only the first alias is shown in the auto-generated help.
		*
		* @param {string[]} [aliases]
		* @return {(string[]|Command)}
		*/
		aliases(aliases) {
			if (aliases === void 0) return this._aliases;
			aliases.forEach((alias) => this.alias(alias));
			return this;
		}
		/**
		* Set / get the command usage `str`.
		*
		* @param {string} [str]
		* @return {(string|Command)}
		*/
		usage(str) {
			if (str === void 0) {
				if (this._usage) return this._usage;
				const args = this.registeredArguments.map((arg) => {
					return humanReadableArgName(arg);
				});
				return [].concat(this.options.length || this._helpOption !== null ? "[options]" : [], this.commands.length ? "[command]" : [], this.registeredArguments.length ? args : []).join(" ");
			}
			this._usage = str;
			return this;
		}
		/**
		* Get or set the name of the command.
		*
		* @param {string} [str]
		* @return {(string|Command)}
		*/
		name(str) {
			if (str === void 0) return this._name;
			this._name = str;
			return this;
		}
		/**
		* Set/get the help group heading for this subcommand in parent command's help.
		*
		* @param {string} [heading]
		* @return {Command | string}
		*/
		helpGroup(heading) {
			if (heading === void 0) return this._helpGroupHeading ?? "";
			this._helpGroupHeading = heading;
			return this;
		}
		/**
		* Set/get the default help group heading for subcommands added to this command.
		* (This does not override a group set directly on the subcommand using .helpGroup().)
		*
		* @example
		* program.commandsGroup('Development Commands:);
		* program.command('watch')...
		* program.command('lint')...
		* ...
		*
		* @param {string} [heading]
		* @returns {Command | string}
		*/
		commandsGroup(heading) {
			if (heading === void 0) return this._defaultCommandGroup ?? "";
			this._defaultCommandGroup = heading;
			return this;
		}
		/**
		* Set/get the default help group heading for options added to this command.
		* (This does not override a group set directly on the option using .helpGroup().)
		*
		* @example
		* program
		*   .optionsGroup('Development Options:')
		*   .option('-d, --debug', 'output extra debugging')
		*   .option('-p, --profile', 'output profiling information')
		*
		* @param {string} [heading]
		* @returns {Command | string}
		*/
		optionsGroup(heading) {
			if (heading === void 0) return this._defaultOptionGroup ?? "";
			this._defaultOptionGroup = heading;
			return this;
		}
		/**
		* @param {Option} option
		* @private
		*/
		_initOptionGroup(option) {
			if (this._defaultOptionGroup && !option.helpGroupHeading) option.helpGroup(this._defaultOptionGroup);
		}
		/**
		* @param {Command} cmd
		* @private
		*/
		_initCommandGroup(cmd) {
			if (this._defaultCommandGroup && !cmd.helpGroup()) cmd.helpGroup(this._defaultCommandGroup);
		}
		/**
		* Set the name of the command from script filename, such as process.argv[1],
		* or require.main.filename, or __filename.
		*
		* (Used internally and public although not documented in README.)
		*
		* @example
		* program.nameFromFilename(require.main.filename);
		*
		* @param {string} filename
		* @return {Command}
		*/
		nameFromFilename(filename) {
			this._name = path.basename(filename, path.extname(filename));
			return this;
		}
		/**
		* Get or set the directory for searching for executable subcommands of this command.
		*
		* @example
		* program.executableDir(__dirname);
		* // or
		* program.executableDir('subcommands');
		*
		* @param {string} [path]
		* @return {(string|null|Command)}
		*/
		executableDir(path) {
			if (path === void 0) return this._executableDir;
			this._executableDir = path;
			return this;
		}
		/**
		* Return program help documentation.
		*
		* @param {{ error: boolean }} [contextOptions] - pass {error:true} to wrap for stderr instead of stdout
		* @return {string}
		*/
		helpInformation(contextOptions) {
			const helper = this.createHelp();
			const context = this._getOutputContext(contextOptions);
			helper.prepareContext({
				error: context.error,
				helpWidth: context.helpWidth,
				outputHasColors: context.hasColors
			});
			const text = helper.formatHelp(this, helper);
			if (context.hasColors) return text;
			return this._outputConfiguration.stripColor(text);
		}
		/**
		* @typedef HelpContext
		* @type {object}
		* @property {boolean} error
		* @property {number} helpWidth
		* @property {boolean} hasColors
		* @property {function} write - includes stripColor if needed
		*
		* @returns {HelpContext}
		* @private
		*/
		_getOutputContext(contextOptions) {
			contextOptions = contextOptions || {};
			const error = !!contextOptions.error;
			let baseWrite;
			let hasColors;
			let helpWidth;
			if (error) {
				baseWrite = (str) => this._outputConfiguration.writeErr(str);
				hasColors = this._outputConfiguration.getErrHasColors();
				helpWidth = this._outputConfiguration.getErrHelpWidth();
			} else {
				baseWrite = (str) => this._outputConfiguration.writeOut(str);
				hasColors = this._outputConfiguration.getOutHasColors();
				helpWidth = this._outputConfiguration.getOutHelpWidth();
			}
			const write = (str) => {
				if (!hasColors) str = this._outputConfiguration.stripColor(str);
				return baseWrite(str);
			};
			return {
				error,
				write,
				hasColors,
				helpWidth
			};
		}
		/**
		* Output help information for this command.
		*
		* Outputs built-in help, and custom text added using `.addHelpText()`.
		*
		* @param {{ error: boolean } | Function} [contextOptions] - pass {error:true} to write to stderr instead of stdout
		*/
		outputHelp(contextOptions) {
			let deprecatedCallback;
			if (typeof contextOptions === "function") {
				deprecatedCallback = contextOptions;
				contextOptions = void 0;
			}
			const outputContext = this._getOutputContext(contextOptions);
			/** @type {HelpTextEventContext} */
			const eventContext = {
				error: outputContext.error,
				write: outputContext.write,
				command: this
			};
			this._getCommandAndAncestors().reverse().forEach((command) => command.emit("beforeAllHelp", eventContext));
			this.emit("beforeHelp", eventContext);
			let helpInformation = this.helpInformation({ error: outputContext.error });
			if (deprecatedCallback) {
				helpInformation = deprecatedCallback(helpInformation);
				if (typeof helpInformation !== "string" && !Buffer.isBuffer(helpInformation)) throw new Error("outputHelp callback must return a string or a Buffer");
			}
			outputContext.write(helpInformation);
			if (this._getHelpOption()?.long) this.emit(this._getHelpOption().long);
			this.emit("afterHelp", eventContext);
			this._getCommandAndAncestors().forEach((command) => command.emit("afterAllHelp", eventContext));
		}
		/**
		* You can pass in flags and a description to customise the built-in help option.
		* Pass in false to disable the built-in help option.
		*
		* @example
		* program.helpOption('-?, --help' 'show help'); // customise
		* program.helpOption(false); // disable
		*
		* @param {(string | boolean)} flags
		* @param {string} [description]
		* @return {Command} `this` command for chaining
		*/
		helpOption(flags, description) {
			if (typeof flags === "boolean") {
				if (flags) {
					if (this._helpOption === null) this._helpOption = void 0;
					if (this._defaultOptionGroup) this._initOptionGroup(this._getHelpOption());
				} else this._helpOption = null;
				return this;
			}
			this._helpOption = this.createOption(flags ?? "-h, --help", description ?? "display help for command");
			if (flags || description) this._initOptionGroup(this._helpOption);
			return this;
		}
		/**
		* Lazy create help option.
		* Returns null if has been disabled with .helpOption(false).
		*
		* @returns {(Option | null)} the help option
		* @package
		*/
		_getHelpOption() {
			if (this._helpOption === void 0) this.helpOption(void 0, void 0);
			return this._helpOption;
		}
		/**
		* Supply your own option to use for the built-in help option.
		* This is an alternative to using helpOption() to customise the flags and description etc.
		*
		* @param {Option} option
		* @return {Command} `this` command for chaining
		*/
		addHelpOption(option) {
			this._helpOption = option;
			this._initOptionGroup(option);
			return this;
		}
		/**
		* Output help information and exit.
		*
		* Outputs built-in help, and custom text added using `.addHelpText()`.
		*
		* @param {{ error: boolean }} [contextOptions] - pass {error:true} to write to stderr instead of stdout
		*/
		help(contextOptions) {
			this.outputHelp(contextOptions);
			let exitCode = Number(process.exitCode ?? 0);
			if (exitCode === 0 && contextOptions && typeof contextOptions !== "function" && contextOptions.error) exitCode = 1;
			this._exit(exitCode, "commander.help", "(outputHelp)");
		}
		/**
		* // Do a little typing to coordinate emit and listener for the help text events.
		* @typedef HelpTextEventContext
		* @type {object}
		* @property {boolean} error
		* @property {Command} command
		* @property {function} write
		*/
		/**
		* Add additional text to be displayed with the built-in help.
		*
		* Position is 'before' or 'after' to affect just this command,
		* and 'beforeAll' or 'afterAll' to affect this command and all its subcommands.
		*
		* @param {string} position - before or after built-in help
		* @param {(string | Function)} text - string to add, or a function returning a string
		* @return {Command} `this` command for chaining
		*/
		addHelpText(position, text) {
			const allowedValues = [
				"beforeAll",
				"before",
				"after",
				"afterAll"
			];
			if (!allowedValues.includes(position)) throw new Error(`Unexpected value for position to addHelpText.
Expecting one of '${allowedValues.join("', '")}'`);
			const helpEvent = `${position}Help`;
			this.on(helpEvent, (context) => {
				let helpStr;
				if (typeof text === "function") helpStr = text({
					error: context.error,
					command: context.command
				});
				else helpStr = text;
				if (helpStr) context.write(`${helpStr}\n`);
			});
			return this;
		}
		/**
		* Output help information if help flags specified
		*
		* @param {Array} args - array of options to search for help flags
		* @private
		*/
		_outputHelpIfRequested(args) {
			const helpOption = this._getHelpOption();
			if (helpOption && args.find((arg) => helpOption.is(arg))) {
				this.outputHelp();
				this._exit(0, "commander.helpDisplayed", "(outputHelp)");
			}
		}
	};
	/**
	* Scan arguments and increment port number for inspect calls (to avoid conflicts when spawning new command).
	*
	* @param {string[]} args - array of arguments from node.execArgv
	* @returns {string[]}
	* @private
	*/
	function incrementNodeInspectorPort(args) {
		return args.map((arg) => {
			if (!arg.startsWith("--inspect")) return arg;
			let debugOption;
			let debugHost = "127.0.0.1";
			let debugPort = "9229";
			let match;
			if ((match = arg.match(/^(--inspect(-brk)?)$/)) !== null) debugOption = match[1];
			else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+)$/)) !== null) {
				debugOption = match[1];
				if (/^\d+$/.test(match[3])) debugPort = match[3];
				else debugHost = match[3];
			} else if ((match = arg.match(/^(--inspect(-brk|-port)?)=([^:]+):(\d+)$/)) !== null) {
				debugOption = match[1];
				debugHost = match[3];
				debugPort = match[4];
			}
			if (debugOption && debugPort !== "0") return `${debugOption}=${debugHost}:${parseInt(debugPort) + 1}`;
			return arg;
		});
	}
	/**
	* @returns {boolean | undefined}
	* @package
	*/
	function useColor() {
		if (process.env.NO_COLOR || process.env.FORCE_COLOR === "0" || process.env.FORCE_COLOR === "false") return false;
		if (process.env.FORCE_COLOR || process.env.CLICOLOR_FORCE !== void 0) return true;
	}
	exports.Command = Command;
	exports.useColor = useColor;
}));
const { program, createCommand, createArgument, createOption, CommanderError, InvalidArgumentError, InvalidOptionArgumentError, Command, Argument, Option, Help } = (/* @__PURE__ */ __toESM((/* @__PURE__ */ __commonJSMin(((exports) => {
	const { Argument } = require_argument();
	const { Command } = require_command();
	const { CommanderError, InvalidArgumentError } = require_error();
	const { Help } = require_help();
	const { Option } = require_option();
	exports.program = new Command();
	exports.createCommand = (name) => new Command(name);
	exports.createOption = (flags, description) => new Option(flags, description);
	exports.createArgument = (name, description) => new Argument(name, description);
	/**
	* Expose classes
	*/
	exports.Command = Command;
	exports.Option = Option;
	exports.Argument = Argument;
	exports.Help = Help;
	exports.CommanderError = CommanderError;
	exports.InvalidArgumentError = InvalidArgumentError;
	exports.InvalidOptionArgumentError = InvalidArgumentError;
})))(), 1)).default;
// src/core/store-summary.ts
/** What a store holds, one entry for each runner. */
/** Sorted by runner key. */
function summarise(files, now) {
	return [...byRunner(files)].toSorted(([a], [b]) => a < b ? -1 : 1).map(([runner_key, own]) => {
		const { results, qualification } = gather$2(own);
		const ids = new Set(results.flatMap(({ benchmarks }) => benchmarks.map(({ id }) => id)));
		return {
			runner_key,
			jobs: results.length,
			benchmarks: [...ids].sort(),
			newest: markOf(results.at(-1), now),
			oldest: markOf(results[0], now),
			qualified_at: qualification?.made_at ?? null,
			unusable: own.flatMap((file) => file.state === "unusable" ? [{
				path: file.path,
				fault: file.fault
			}] : [])
		};
	});
}
/** Runner key → its files. */
function byRunner(files) {
	return Map.groupBy(files, ({ path }) => parseStoredPath(path)?.runnerKey ?? path);
}
function markOf(result, now) {
	if (result === void 0) return null;
	const { sha, started_at } = result.job;
	return {
		sha,
		at: started_at,
		age_days: daysBefore(now, started_at)
	};
}
/** Days from `time` to `now`; negative for a time to come. */
function daysBefore(now, time) {
	return (now.getTime() - Date.parse(time)) / 1e3 / DAY_S;
}
// src/core/prune.ts
/** Chooses which stored files may go: old ones that no series in use rests on. */
/** As many as a candidate is ever judged against. */
const KEEP = 30;
function planPrune(files, rule, now) {
	const plans = [...byRunner(files)].filter(([runner]) => rule.runner === null || rule.runner === runner).map(([, own]) => rule.broken ? planBroken(own) : planOld(own, rule, now));
	const total = (count) => plans.reduce((sum, plan) => sum + count(plan), 0);
	return {
		remove: plans.flatMap(({ remove }) => remove),
		stay: total(({ stay }) => stay),
		needed: total(({ needed }) => needed)
	};
}
function planBroken(files) {
	const remove = files.flatMap((file) => file.state === "unusable" && !file.newer ? [{
		path: file.path,
		at: null,
		why: file.fault
	}] : []);
	return {
		remove,
		stay: files.length - remove.length,
		needed: 0
	};
}
function planOld(files, rule, now) {
	const dated = files.flatMap((file) => {
		const at = timeOf(file);
		return at === null ? [] : [{
			file,
			at
		}];
	}).toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
	const inUse = neededFiles(dated.map(({ file }) => file), rule.keep);
	const old = dated.filter(({ at }) => rule.olderThanDays === null || daysBefore(now, at) > rule.olderThanDays);
	const remove = old.filter(({ file }) => !inUse.has(file.path)).map(({ file, at }) => ({
		path: file.path,
		at,
		why: `${Math.floor(daysBefore(now, at))} days old`
	}));
	const needed = rule.olderThanDays === null ? 0 : old.length - remove.length;
	return {
		remove,
		stay: files.length - remove.length,
		needed
	};
}
/** Null for a file that cannot be read: its age is unknown. */
function timeOf(file) {
	if (file.state === "result") return file.result.job.started_at;
	return file.state === "qualification" ? file.qualification.made_at : null;
}
/**
* Paths that a series in use rests on: the newest `keep` jobs, of every benchmark the newest `keep` that measured what its
* newest job measured, and the newest record of what the runner detects.
*
* @param files newest first
*/
function neededFiles(files, keep) {
	const jobs = files.flatMap((file) => file.state === "result" ? [file] : []);
	const records = files.filter(({ state }) => state === "qualification");
	const series = /* @__PURE__ */ new Map();
	for (const { path, result } of jobs) for (const [id, identity] of identitiesOf(result)) {
		const known = series.get(id);
		if (known === void 0) series.set(id, {
			identity,
			paths: [path]
		});
		else if (known.identity === identity) known.paths.push(path);
	}
	return /* @__PURE__ */ new Set([
		...jobs.slice(0, keep).map(({ path }) => path),
		...[...series.values()].flatMap(({ paths }) => paths.slice(0, keep)),
		...records.slice(0, Math.min(keep, 1)).map(({ path }) => path)
	]);
}
/** Benchmark id → what measured which work, of the benchmarks that serve as history; the control workload is one too. */
function identitiesOf({ machine, benchmarks, control }) {
	return [...benchmarks, ...control].filter(isUsable).map(({ id, work_hash, software }) => [id, JSON.stringify([
		machine.hash,
		work_hash,
		software?.hash ?? null
	])]);
}
// src/core/stored-series.ts
/** The stored jobs of a runner as series: every value, what changed between them, and what may serve as baseline. */
/** @param results of one runner, oldest first */
function storedSeries(results, choice) {
	return [...new Map(results.flatMap(({ benchmarks }) => benchmarks.map((benchmark) => [benchmark.id, benchmark]))).keys()].filter((id) => choice.benchmark === null || id === choice.benchmark).toSorted().flatMap((id) => {
		const jobs = results.flatMap((result) => {
			const benchmark = result.benchmarks.find((known) => known.id === id);
			return benchmark === void 0 ? [] : [{
				result,
				benchmark
			}];
		});
		return metricsOf(jobs, choice.metric).map((metric) => seriesOf(id, jobs, metric));
	});
}
/** Metrics of the newest job that has any. */
function metricsOf(jobs, name) {
	return [...new Map(jobs.flatMap(({ benchmark }) => benchmark.metrics.map((metric) => [metric.name, metric]))).values()].filter((metric) => name === null ? metric.class !== "info" : metric.name === name);
}
function seriesOf(id, jobs, metric) {
	const identities = jobs.map((point) => isUsable(point.benchmark) ? identityOf(point, metric) : null);
	const current = identities.findLast((identity) => identity !== null) ?? null;
	const changes = levelChanges(jobs, identities, metric);
	const usable = current === null ? [] : jobs.filter((_, index) => identities[index] === current);
	const start = landing(usable, id, metric);
	const rows = jobs.map((point, index) => {
		const { result, benchmark } = point;
		const values = valuesOf(benchmark.runs, metric.name).filter(Number.isFinite);
		const before = jobs.slice(0, index).findLast((_, at) => identities[at] !== null);
		const isComplete = identities[index] !== null;
		return {
			at: result.job.started_at,
			sha: result.job.sha,
			run_id: result.job.run_id,
			value: jobValue(values, metric),
			spread: spread(values),
			runs: values.length,
			...stateOf(benchmark, isComplete && identities[index] !== current),
			differences: before === void 0 || !isComplete ? [] : differencesBetween(before, point),
			level_change: changes.get(index) ?? null,
			accepted: start > 0 && point === usable[start]
		};
	});
	return {
		benchmark: id,
		title: jobs.at(-1)?.benchmark.title ?? id,
		metric,
		rows,
		baseline: usable.length - start
	};
}
/** Null for a metric the benchmark does not have, or measures in another way than `metric`. */
function identityOf({ result, benchmark }, metric) {
	const known = benchmark.metrics.find(({ name }) => name === metric.name);
	if (known === void 0 || !isSameMeasure(known, metric)) return null;
	return JSON.stringify([
		result.machine.hash,
		benchmark.software?.hash ?? null,
		benchmark.work_hash
	]);
}
function stateOf(benchmark, isOther) {
	const { status, runs } = benchmark;
	if (status.state !== "complete") return {
		state: status.state,
		why: status.message
	};
	const disturbance = isUsable(benchmark) ? void 0 : runs.flatMap(({ disturbances }) => disturbances)[0];
	if (disturbance !== void 0) return {
		state: "disturbed",
		why: disturbance.message
	};
	return {
		state: isOther ? "other-identity" : "usable",
		why: null
	};
}
/** Machine, software and work in which two complete jobs differ. */
function differencesBetween(before, after) {
	const found = findSeries([before.result], after.benchmark, after.result.machine);
	return found.state === "incomparable" ? found.differences : [];
}
/** Index of the first job of each new level → relative change. */
function levelChanges(jobs, identities, metric) {
	const points = jobs.flatMap(({ benchmark }, index) => {
		const identity = identities[index] ?? null;
		const value = jobValue(valuesOf(benchmark.runs, metric.name).filter(Number.isFinite), metric);
		return identity === null || value === null ? [] : [{
			value,
			identity,
			index
		}];
	});
	return new Map(findChangePoints(points).map(({ index, jump }) => [points[index]?.index ?? index, relativeChange(jump)]));
}
/** Where in the current series the newest accepted change landed. */
function landing(points, benchmark, metric) {
	const runnerKey = points[0]?.result.runner_key ?? "";
	const jobs = points.map(({ result }) => ({
		job: result.job,
		accepted: result.accepted
	}));
	return segmentStart(jobs, {
		benchmark,
		metric: metric.name,
		runnerKey
	});
}
// node_modules/cli-table3/src/debug.js
var require_debug = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	let messages = [];
	let level = 0;
	const debug = (msg, min) => {
		if (level >= min) messages.push(msg);
	};
	debug.WARN = 1;
	debug.INFO = 2;
	debug.DEBUG = 3;
	debug.reset = () => {
		messages = [];
	};
	debug.setDebugLevel = (v) => {
		level = v;
	};
	debug.warn = (msg) => debug(msg, debug.WARN);
	debug.info = (msg) => debug(msg, debug.INFO);
	debug.debug = (msg) => debug(msg, debug.DEBUG);
	debug.debugMessages = () => messages;
	module.exports = debug;
}));
// node_modules/cli-table3/node_modules/ansi-regex/index.js
var require_ansi_regex$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = ({ onlyFirst = false } = {}) => {
		const pattern = ["[\\u001B\\u009B][[\\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?\\u0007)", "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-ntqry=><~]))"].join("|");
		return new RegExp(pattern, onlyFirst ? void 0 : "g");
	};
}));
// node_modules/cli-table3/node_modules/strip-ansi/index.js
var require_strip_ansi$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const ansiRegex = require_ansi_regex$1();
	module.exports = (string) => typeof string === "string" ? string.replace(ansiRegex(), "") : string;
}));
// node_modules/is-fullwidth-code-point/index.js
var require_is_fullwidth_code_point = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const isFullwidthCodePoint = (codePoint) => {
		if (Number.isNaN(codePoint)) return false;
		if (codePoint >= 4352 && (codePoint <= 4447 || codePoint === 9001 || codePoint === 9002 || 11904 <= codePoint && codePoint <= 12871 && codePoint !== 12351 || 12880 <= codePoint && codePoint <= 19903 || 19968 <= codePoint && codePoint <= 42182 || 43360 <= codePoint && codePoint <= 43388 || 44032 <= codePoint && codePoint <= 55203 || 63744 <= codePoint && codePoint <= 64255 || 65040 <= codePoint && codePoint <= 65049 || 65072 <= codePoint && codePoint <= 65131 || 65281 <= codePoint && codePoint <= 65376 || 65504 <= codePoint && codePoint <= 65510 || 110592 <= codePoint && codePoint <= 110593 || 127488 <= codePoint && codePoint <= 127569 || 131072 <= codePoint && codePoint <= 262141)) return true;
		return false;
	};
	module.exports = isFullwidthCodePoint;
	module.exports.default = isFullwidthCodePoint;
}));
// node_modules/cli-table3/node_modules/emoji-regex/index.js
var require_emoji_regex$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function() {
		return /\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62(?:\uDB40\uDC65\uDB40\uDC6E\uDB40\uDC67|\uDB40\uDC73\uDB40\uDC63\uDB40\uDC74|\uDB40\uDC77\uDB40\uDC6C\uDB40\uDC73)\uDB40\uDC7F|\uD83D\uDC68(?:\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68\uD83C\uDFFB|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFE])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D)?\uD83D\uDC68|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D[\uDC66\uDC67])|[\u2695\u2696\u2708]\uFE0F|\uD83D[\uDC66\uDC67]|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|(?:\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708])\uFE0F|\uD83C\uDFFB\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C[\uDFFB-\uDFFF])|(?:\uD83E\uDDD1\uD83C\uDFFB\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)\uD83C\uDFFB|\uD83E\uDDD1(?:\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1)|(?:\uD83E\uDDD1\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D(?:\uD83D[\uDC68\uDC69]))(?:\uD83C[\uDFFB-\uDFFE])|(?:\uD83E\uDDD1\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB\uDFFC])|\uD83D\uDC69(?:\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFD-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFB\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFC-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC\uDFFE\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D(?:\uD83D[\uDC68\uDC69])|\uD83D[\uDC68\uDC69])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD]))|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|(?:\uD83E\uDDD1\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB-\uDFFD])|\uD83D\uDC69\u200D\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D\uDC41\uFE0F\u200D\uD83D\uDDE8|\uD83D\uDC69(?:\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708]|\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\u200D[\u2695\u2696\u2708])|(?:(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)\uFE0F|\uD83D\uDC6F|\uD83E[\uDD3C\uDDDE\uDDDF])\u200D[\u2640\u2642]|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|\u200D[\u2640\u2642])|\uD83C\uDFF4\u200D\u2620)\uFE0F|\uD83D\uDC69\u200D\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|\uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08|\uD83D\uDC15\u200D\uD83E\uDDBA|\uD83D\uDC69\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC67|\uD83C\uDDFD\uD83C\uDDF0|\uD83C\uDDF4\uD83C\uDDF2|\uD83C\uDDF6\uD83C\uDDE6|[#\*0-9]\uFE0F\u20E3|\uD83C\uDDE7(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEF\uDDF1-\uDDF4\uDDF6-\uDDF9\uDDFB\uDDFC\uDDFE\uDDFF])|\uD83C\uDDF9(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDED\uDDEF-\uDDF4\uDDF7\uDDF9\uDDFB\uDDFC\uDDFF])|\uD83C\uDDEA(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDED\uDDF7-\uDDFA])|\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF7(?:\uD83C[\uDDEA\uDDF4\uDDF8\uDDFA\uDDFC])|\uD83D\uDC69(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF2(?:\uD83C[\uDDE6\uDDE8-\uDDED\uDDF0-\uDDFF])|\uD83C\uDDE6(?:\uD83C[\uDDE8-\uDDEC\uDDEE\uDDF1\uDDF2\uDDF4\uDDF6-\uDDFA\uDDFC\uDDFD\uDDFF])|\uD83C\uDDF0(?:\uD83C[\uDDEA\uDDEC-\uDDEE\uDDF2\uDDF3\uDDF5\uDDF7\uDDFC\uDDFE\uDDFF])|\uD83C\uDDED(?:\uD83C[\uDDF0\uDDF2\uDDF3\uDDF7\uDDF9\uDDFA])|\uD83C\uDDE9(?:\uD83C[\uDDEA\uDDEC\uDDEF\uDDF0\uDDF2\uDDF4\uDDFF])|\uD83C\uDDFE(?:\uD83C[\uDDEA\uDDF9])|\uD83C\uDDEC(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEE\uDDF1-\uDDF3\uDDF5-\uDDFA\uDDFC\uDDFE])|\uD83C\uDDF8(?:\uD83C[\uDDE6-\uDDEA\uDDEC-\uDDF4\uDDF7-\uDDF9\uDDFB\uDDFD-\uDDFF])|\uD83C\uDDEB(?:\uD83C[\uDDEE-\uDDF0\uDDF2\uDDF4\uDDF7])|\uD83C\uDDF5(?:\uD83C[\uDDE6\uDDEA-\uDDED\uDDF0-\uDDF3\uDDF7-\uDDF9\uDDFC\uDDFE])|\uD83C\uDDFB(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDEE\uDDF3\uDDFA])|\uD83C\uDDF3(?:\uD83C[\uDDE6\uDDE8\uDDEA-\uDDEC\uDDEE\uDDF1\uDDF4\uDDF5\uDDF7\uDDFA\uDDFF])|\uD83C\uDDE8(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDEE\uDDF0-\uDDF5\uDDF7\uDDFA-\uDDFF])|\uD83C\uDDF1(?:\uD83C[\uDDE6-\uDDE8\uDDEE\uDDF0\uDDF7-\uDDFB\uDDFE])|\uD83C\uDDFF(?:\uD83C[\uDDE6\uDDF2\uDDFC])|\uD83C\uDDFC(?:\uD83C[\uDDEB\uDDF8])|\uD83C\uDDFA(?:\uD83C[\uDDE6\uDDEC\uDDF2\uDDF3\uDDF8\uDDFE\uDDFF])|\uD83C\uDDEE(?:\uD83C[\uDDE8-\uDDEA\uDDF1-\uDDF4\uDDF6-\uDDF9])|\uD83C\uDDEF(?:\uD83C[\uDDEA\uDDF2\uDDF4\uDDF5])|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:\uD83C[\uDFFB-\uDFFF])|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u261D\u270A-\u270D]|\uD83C[\uDF85\uDFC2\uDFC7]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66\uDC67\uDC6B-\uDC6D\uDC70\uDC72\uDC74-\uDC76\uDC78\uDC7C\uDC83\uDC85\uDCAA\uDD74\uDD7A\uDD90\uDD95\uDD96\uDE4C\uDE4F\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1C\uDD1E\uDD1F\uDD30-\uDD36\uDDB5\uDDB6\uDDBB\uDDD2-\uDDD5])(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u231A\u231B\u23E9-\u23EC\u23F0\u23F3\u25FD\u25FE\u2614\u2615\u2648-\u2653\u267F\u2693\u26A1\u26AA\u26AB\u26BD\u26BE\u26C4\u26C5\u26CE\u26D4\u26EA\u26F2\u26F3\u26F5\u26FA\u26FD\u2705\u270A\u270B\u2728\u274C\u274E\u2753-\u2755\u2757\u2795-\u2797\u27B0\u27BF\u2B1B\u2B1C\u2B50\u2B55]|\uD83C[\uDC04\uDCCF\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE1A\uDE2F\uDE32-\uDE36\uDE38-\uDE3A\uDE50\uDE51\uDF00-\uDF20\uDF2D-\uDF35\uDF37-\uDF7C\uDF7E-\uDF93\uDFA0-\uDFCA\uDFCF-\uDFD3\uDFE0-\uDFF0\uDFF4\uDFF8-\uDFFF]|\uD83D[\uDC00-\uDC3E\uDC40\uDC42-\uDCFC\uDCFF-\uDD3D\uDD4B-\uDD4E\uDD50-\uDD67\uDD7A\uDD95\uDD96\uDDA4\uDDFB-\uDE4F\uDE80-\uDEC5\uDECC\uDED0-\uDED2\uDED5\uDEEB\uDEEC\uDEF4-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])|(?:[#\*0-9\xA9\xAE\u203C\u2049\u2122\u2139\u2194-\u2199\u21A9\u21AA\u231A\u231B\u2328\u23CF\u23E9-\u23F3\u23F8-\u23FA\u24C2\u25AA\u25AB\u25B6\u25C0\u25FB-\u25FE\u2600-\u2604\u260E\u2611\u2614\u2615\u2618\u261D\u2620\u2622\u2623\u2626\u262A\u262E\u262F\u2638-\u263A\u2640\u2642\u2648-\u2653\u265F\u2660\u2663\u2665\u2666\u2668\u267B\u267E\u267F\u2692-\u2697\u2699\u269B\u269C\u26A0\u26A1\u26AA\u26AB\u26B0\u26B1\u26BD\u26BE\u26C4\u26C5\u26C8\u26CE\u26CF\u26D1\u26D3\u26D4\u26E9\u26EA\u26F0-\u26F5\u26F7-\u26FA\u26FD\u2702\u2705\u2708-\u270D\u270F\u2712\u2714\u2716\u271D\u2721\u2728\u2733\u2734\u2744\u2747\u274C\u274E\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27A1\u27B0\u27BF\u2934\u2935\u2B05-\u2B07\u2B1B\u2B1C\u2B50\u2B55\u3030\u303D\u3297\u3299]|\uD83C[\uDC04\uDCCF\uDD70\uDD71\uDD7E\uDD7F\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE02\uDE1A\uDE2F\uDE32-\uDE3A\uDE50\uDE51\uDF00-\uDF21\uDF24-\uDF93\uDF96\uDF97\uDF99-\uDF9B\uDF9E-\uDFF0\uDFF3-\uDFF5\uDFF7-\uDFFF]|\uD83D[\uDC00-\uDCFD\uDCFF-\uDD3D\uDD49-\uDD4E\uDD50-\uDD67\uDD6F\uDD70\uDD73-\uDD7A\uDD87\uDD8A-\uDD8D\uDD90\uDD95\uDD96\uDDA4\uDDA5\uDDA8\uDDB1\uDDB2\uDDBC\uDDC2-\uDDC4\uDDD1-\uDDD3\uDDDC-\uDDDE\uDDE1\uDDE3\uDDE8\uDDEF\uDDF3\uDDFA-\uDE4F\uDE80-\uDEC5\uDECB-\uDED2\uDED5\uDEE0-\uDEE5\uDEE9\uDEEB\uDEEC\uDEF0\uDEF3-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])\uFE0F|(?:[\u261D\u26F9\u270A-\u270D]|\uD83C[\uDF85\uDFC2-\uDFC4\uDFC7\uDFCA-\uDFCC]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66-\uDC78\uDC7C\uDC81-\uDC83\uDC85-\uDC87\uDC8F\uDC91\uDCAA\uDD74\uDD75\uDD7A\uDD90\uDD95\uDD96\uDE45-\uDE47\uDE4B-\uDE4F\uDEA3\uDEB4-\uDEB6\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1F\uDD26\uDD30-\uDD39\uDD3C-\uDD3E\uDDB5\uDDB6\uDDB8\uDDB9\uDDBB\uDDCD-\uDDCF\uDDD1-\uDDDD])/g;
	};
}));
// node_modules/cli-table3/node_modules/string-width/index.js
var require_string_width$1 = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const stripAnsi = require_strip_ansi$1();
	const isFullwidthCodePoint = require_is_fullwidth_code_point();
	const emojiRegex = require_emoji_regex$1();
	const stringWidth = (string) => {
		if (typeof string !== "string" || string.length === 0) return 0;
		string = stripAnsi(string);
		if (string.length === 0) return 0;
		string = string.replace(emojiRegex(), "  ");
		let width = 0;
		for (let i = 0; i < string.length; i++) {
			const code = string.codePointAt(i);
			if (code <= 31 || code >= 127 && code <= 159) continue;
			if (code >= 768 && code <= 879) continue;
			if (code > 65535) i++;
			width += isFullwidthCodePoint(code) ? 2 : 1;
		}
		return width;
	};
	module.exports = stringWidth;
	module.exports.default = stringWidth;
}));
// node_modules/cli-table3/src/utils.js
var require_utils = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const stringWidth = require_string_width$1();
	function codeRegex(capture) {
		return capture ? /\u001b\[((?:\d*;){0,5}\d*)m/g : /\u001b\[(?:\d*;){0,5}\d*m/g;
	}
	function strlen(str) {
		let code = codeRegex();
		return ("" + str).replace(code, "").split("\n").reduce(function(memo, s) {
			return stringWidth(s) > memo ? stringWidth(s) : memo;
		}, 0);
	}
	function repeat(str, times) {
		return Array(times + 1).join(str);
	}
	function pad(str, len, pad, dir) {
		let length = strlen(str);
		if (len + 1 >= length) {
			let padlen = len - length;
			switch (dir) {
				case "right":
					str = repeat(pad, padlen) + str;
					break;
				case "center": {
					let right = Math.ceil(padlen / 2);
					str = repeat(pad, padlen - right) + str + repeat(pad, right);
					break;
				}
				default: str = str + repeat(pad, padlen);
			}
		}
		return str;
	}
	let codeCache = {};
	function addToCodeCache(name, on, off) {
		on = "\x1B[" + on + "m";
		off = "\x1B[" + off + "m";
		codeCache[on] = {
			set: name,
			to: true
		};
		codeCache[off] = {
			set: name,
			to: false
		};
		codeCache[name] = {
			on,
			off
		};
	}
	addToCodeCache("bold", 1, 22);
	addToCodeCache("italics", 3, 23);
	addToCodeCache("underline", 4, 24);
	addToCodeCache("inverse", 7, 27);
	addToCodeCache("strikethrough", 9, 29);
	function updateState(state, controlChars) {
		let controlCode = controlChars[1] ? parseInt(controlChars[1].split(";")[0]) : 0;
		if (controlCode >= 30 && controlCode <= 39 || controlCode >= 90 && controlCode <= 97) {
			state.lastForegroundAdded = controlChars[0];
			return;
		}
		if (controlCode >= 40 && controlCode <= 49 || controlCode >= 100 && controlCode <= 107) {
			state.lastBackgroundAdded = controlChars[0];
			return;
		}
		if (controlCode === 0) {
			for (let i in state)
 /* istanbul ignore else */
			if (Object.prototype.hasOwnProperty.call(state, i)) delete state[i];
			return;
		}
		let info = codeCache[controlChars[0]];
		if (info) state[info.set] = info.to;
	}
	function readState(line) {
		let code = codeRegex(true);
		let controlChars = code.exec(line);
		let state = {};
		while (controlChars !== null) {
			updateState(state, controlChars);
			controlChars = code.exec(line);
		}
		return state;
	}
	function unwindState(state, ret) {
		let lastBackgroundAdded = state.lastBackgroundAdded;
		let lastForegroundAdded = state.lastForegroundAdded;
		delete state.lastBackgroundAdded;
		delete state.lastForegroundAdded;
		Object.keys(state).forEach(function(key) {
			if (state[key]) ret += codeCache[key].off;
		});
		if (lastBackgroundAdded && lastBackgroundAdded != "\x1B[49m") ret += "\x1B[49m";
		if (lastForegroundAdded && lastForegroundAdded != "\x1B[39m") ret += "\x1B[39m";
		return ret;
	}
	function rewindState(state, ret) {
		let lastBackgroundAdded = state.lastBackgroundAdded;
		let lastForegroundAdded = state.lastForegroundAdded;
		delete state.lastBackgroundAdded;
		delete state.lastForegroundAdded;
		Object.keys(state).forEach(function(key) {
			if (state[key]) ret = codeCache[key].on + ret;
		});
		if (lastBackgroundAdded && lastBackgroundAdded != "\x1B[49m") ret = lastBackgroundAdded + ret;
		if (lastForegroundAdded && lastForegroundAdded != "\x1B[39m") ret = lastForegroundAdded + ret;
		return ret;
	}
	function truncateWidth(str, desiredLength) {
		if (str.length === strlen(str)) return str.substr(0, desiredLength);
		while (strlen(str) > desiredLength) str = str.slice(0, -1);
		return str;
	}
	function truncateWidthWithAnsi(str, desiredLength) {
		let code = codeRegex(true);
		let split = str.split(codeRegex());
		let splitIndex = 0;
		let retLen = 0;
		let ret = "";
		let myArray;
		let state = {};
		while (retLen < desiredLength) {
			myArray = code.exec(str);
			let toAdd = split[splitIndex];
			splitIndex++;
			if (retLen + strlen(toAdd) > desiredLength) toAdd = truncateWidth(toAdd, desiredLength - retLen);
			ret += toAdd;
			retLen += strlen(toAdd);
			if (retLen < desiredLength) {
				if (!myArray) break;
				ret += myArray[0];
				updateState(state, myArray);
			}
		}
		return unwindState(state, ret);
	}
	function truncate(str, desiredLength, truncateChar) {
		truncateChar = truncateChar || "…";
		if (strlen(str) <= desiredLength) return str;
		desiredLength -= strlen(truncateChar);
		let ret = truncateWidthWithAnsi(str, desiredLength);
		ret += truncateChar;
		const hrefTag = "\x1B]8;;\x07";
		if (str.includes(hrefTag) && !ret.includes(hrefTag)) ret += hrefTag;
		return ret;
	}
	function defaultOptions() {
		return {
			chars: {
				top: "─",
				"top-mid": "┬",
				"top-left": "┌",
				"top-right": "┐",
				bottom: "─",
				"bottom-mid": "┴",
				"bottom-left": "└",
				"bottom-right": "┘",
				left: "│",
				"left-mid": "├",
				mid: "─",
				"mid-mid": "┼",
				right: "│",
				"right-mid": "┤",
				middle: "│"
			},
			truncate: "…",
			colWidths: [],
			rowHeights: [],
			colAligns: [],
			rowAligns: [],
			style: {
				"padding-left": 1,
				"padding-right": 1,
				head: ["red"],
				border: ["grey"],
				compact: false
			},
			head: []
		};
	}
	function mergeOptions(options, defaults) {
		options = options || {};
		defaults = defaults || defaultOptions();
		let ret = Object.assign({}, defaults, options);
		ret.chars = Object.assign({}, defaults.chars, options.chars);
		ret.style = Object.assign({}, defaults.style, options.style);
		return ret;
	}
	function wordWrap(maxLength, input) {
		let lines = [];
		let split = input.split(/(\s+)/g);
		let line = [];
		let lineLength = 0;
		let whitespace;
		for (let i = 0; i < split.length; i += 2) {
			let word = split[i];
			let newLength = lineLength + strlen(word);
			if (lineLength > 0 && whitespace) newLength += whitespace.length;
			if (newLength > maxLength) {
				if (lineLength !== 0) lines.push(line.join(""));
				line = [word];
				lineLength = strlen(word);
			} else {
				line.push(whitespace || "", word);
				lineLength = newLength;
			}
			whitespace = split[i + 1];
		}
		if (lineLength) lines.push(line.join(""));
		return lines;
	}
	function textWrap(maxLength, input) {
		let lines = [];
		let line = "";
		function pushLine(str, ws) {
			if (line.length && ws) line += ws;
			line += str;
			while (line.length > maxLength) {
				lines.push(line.slice(0, maxLength));
				line = line.slice(maxLength);
			}
		}
		let split = input.split(/(\s+)/g);
		for (let i = 0; i < split.length; i += 2) pushLine(split[i], i && split[i - 1]);
		if (line.length) lines.push(line);
		return lines;
	}
	function multiLineWordWrap(maxLength, input, wrapOnWordBoundary = true) {
		let output = [];
		input = input.split("\n");
		const handler = wrapOnWordBoundary ? wordWrap : textWrap;
		for (let i = 0; i < input.length; i++) output.push.apply(output, handler(maxLength, input[i]));
		return output;
	}
	function colorizeLines(input) {
		let state = {};
		let output = [];
		for (let i = 0; i < input.length; i++) {
			let line = rewindState(state, input[i]);
			state = readState(line);
			let temp = Object.assign({}, state);
			output.push(unwindState(temp, line));
		}
		return output;
	}
	/**
	* Credit: Matheus Sampaio https://github.com/matheussampaio
	*/
	function hyperlink(url, text) {
		const OSC = "\x1B]";
		const BEL = "\x07";
		const SEP = ";";
		return [
			OSC,
			"8",
			SEP,
			SEP,
			url || text,
			BEL,
			text,
			OSC,
			"8",
			SEP,
			SEP,
			BEL
		].join("");
	}
	module.exports = {
		strlen,
		repeat,
		pad,
		truncate,
		mergeOptions,
		wordWrap: multiLineWordWrap,
		colorizeLines,
		hyperlink
	};
}));
// node_modules/@colors/colors/lib/styles.js
var require_styles = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	var styles = {};
	module["exports"] = styles;
	var codes = {
		reset: [0, 0],
		bold: [1, 22],
		dim: [2, 22],
		italic: [3, 23],
		underline: [4, 24],
		inverse: [7, 27],
		hidden: [8, 28],
		strikethrough: [9, 29],
		black: [30, 39],
		red: [31, 39],
		green: [32, 39],
		yellow: [33, 39],
		blue: [34, 39],
		magenta: [35, 39],
		cyan: [36, 39],
		white: [37, 39],
		gray: [90, 39],
		grey: [90, 39],
		brightRed: [91, 39],
		brightGreen: [92, 39],
		brightYellow: [93, 39],
		brightBlue: [94, 39],
		brightMagenta: [95, 39],
		brightCyan: [96, 39],
		brightWhite: [97, 39],
		bgBlack: [40, 49],
		bgRed: [41, 49],
		bgGreen: [42, 49],
		bgYellow: [43, 49],
		bgBlue: [44, 49],
		bgMagenta: [45, 49],
		bgCyan: [46, 49],
		bgWhite: [47, 49],
		bgGray: [100, 49],
		bgGrey: [100, 49],
		bgBrightRed: [101, 49],
		bgBrightGreen: [102, 49],
		bgBrightYellow: [103, 49],
		bgBrightBlue: [104, 49],
		bgBrightMagenta: [105, 49],
		bgBrightCyan: [106, 49],
		bgBrightWhite: [107, 49],
		blackBG: [40, 49],
		redBG: [41, 49],
		greenBG: [42, 49],
		yellowBG: [43, 49],
		blueBG: [44, 49],
		magentaBG: [45, 49],
		cyanBG: [46, 49],
		whiteBG: [47, 49]
	};
	Object.keys(codes).forEach(function(key) {
		var val = codes[key];
		var style = styles[key] = [];
		style.open = "\x1B[" + val[0] + "m";
		style.close = "\x1B[" + val[1] + "m";
	});
}));
// node_modules/@colors/colors/lib/system/has-flag.js
var require_has_flag = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function(flag, argv) {
		argv = argv || process.argv;
		var terminatorPos = argv.indexOf("--");
		var prefix = /^-{1,2}/.test(flag) ? "" : "--";
		var pos = argv.indexOf(prefix + flag);
		return pos !== -1 && (terminatorPos === -1 ? true : pos < terminatorPos);
	};
}));
// node_modules/@colors/colors/lib/system/supports-colors.js
var require_supports_colors = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	var os = __require("os");
	var hasFlag = require_has_flag();
	var env = process.env;
	var forceColor = void 0;
	if (hasFlag("no-color") || hasFlag("no-colors") || hasFlag("color=false")) forceColor = false;
	else if (hasFlag("color") || hasFlag("colors") || hasFlag("color=true") || hasFlag("color=always")) forceColor = true;
	if ("FORCE_COLOR" in env) forceColor = env.FORCE_COLOR.length === 0 || parseInt(env.FORCE_COLOR, 10) !== 0;
	function translateLevel(level) {
		if (level === 0) return false;
		return {
			level,
			hasBasic: true,
			has256: level >= 2,
			has16m: level >= 3
		};
	}
	function supportsColor(stream) {
		if (forceColor === false) return 0;
		if (hasFlag("color=16m") || hasFlag("color=full") || hasFlag("color=truecolor")) return 3;
		if (hasFlag("color=256")) return 2;
		if (stream && !stream.isTTY && forceColor !== true) return 0;
		var min = forceColor ? 1 : 0;
		if (process.platform === "win32") {
			var osRelease = os.release().split(".");
			if (Number(process.versions.node.split(".")[0]) >= 8 && Number(osRelease[0]) >= 10 && Number(osRelease[2]) >= 10586) return Number(osRelease[2]) >= 14931 ? 3 : 2;
			return 1;
		}
		if ("CI" in env) {
			if ([
				"TRAVIS",
				"CIRCLECI",
				"APPVEYOR",
				"GITLAB_CI"
			].some(function(sign) {
				return sign in env;
			}) || env.CI_NAME === "codeship") return 1;
			return min;
		}
		if ("TEAMCITY_VERSION" in env) return /^(9\.(0*[1-9]\d*)\.|\d{2,}\.)/.test(env.TEAMCITY_VERSION) ? 1 : 0;
		if ("TERM_PROGRAM" in env) {
			var version = parseInt((env.TERM_PROGRAM_VERSION || "").split(".")[0], 10);
			switch (env.TERM_PROGRAM) {
				case "iTerm.app": return version >= 3 ? 3 : 2;
				case "Hyper": return 3;
				case "Apple_Terminal": return 2;
			}
		}
		if (/-256(color)?$/i.test(env.TERM)) return 2;
		if (/^screen|^xterm|^vt100|^rxvt|color|ansi|cygwin|linux/i.test(env.TERM)) return 1;
		if ("COLORTERM" in env) return 1;
		if (env.TERM === "dumb") return min;
		return min;
	}
	function getSupportLevel(stream) {
		return translateLevel(supportsColor(stream));
	}
	module.exports = {
		supportsColor: getSupportLevel,
		stdout: getSupportLevel(process.stdout),
		stderr: getSupportLevel(process.stderr)
	};
}));
// node_modules/@colors/colors/lib/custom/trap.js
var require_trap = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function runTheTrap(text, options) {
		var result = "";
		text = text || "Run the trap, drop the bass";
		text = text.split("");
		var trap = {
			a: [
				"@",
				"Ą",
				"Ⱥ",
				"Ʌ",
				"Δ",
				"Λ",
				"Д"
			],
			b: [
				"ß",
				"Ɓ",
				"Ƀ",
				"ɮ",
				"β",
				"฿"
			],
			c: [
				"©",
				"Ȼ",
				"Ͼ"
			],
			d: [
				"Ð",
				"Ɗ",
				"Ԁ",
				"ԁ",
				"Ԃ",
				"ԃ"
			],
			e: [
				"Ë",
				"ĕ",
				"Ǝ",
				"ɘ",
				"Σ",
				"ξ",
				"Ҽ",
				"੬"
			],
			f: ["Ӻ"],
			g: ["ɢ"],
			h: [
				"Ħ",
				"ƕ",
				"Ң",
				"Һ",
				"Ӈ",
				"Ԋ"
			],
			i: ["༏"],
			j: ["Ĵ"],
			k: [
				"ĸ",
				"Ҡ",
				"Ӄ",
				"Ԟ"
			],
			l: ["Ĺ"],
			m: [
				"ʍ",
				"Ӎ",
				"ӎ",
				"Ԡ",
				"ԡ",
				"൩"
			],
			n: [
				"Ñ",
				"ŋ",
				"Ɲ",
				"Ͷ",
				"Π",
				"Ҋ"
			],
			o: [
				"Ø",
				"õ",
				"ø",
				"Ǿ",
				"ʘ",
				"Ѻ",
				"ם",
				"۝",
				"๏"
			],
			p: ["Ƿ", "Ҏ"],
			q: ["্"],
			r: [
				"®",
				"Ʀ",
				"Ȑ",
				"Ɍ",
				"ʀ",
				"Я"
			],
			s: [
				"§",
				"Ϟ",
				"ϟ",
				"Ϩ"
			],
			t: [
				"Ł",
				"Ŧ",
				"ͳ"
			],
			u: ["Ʊ", "Ս"],
			v: ["ט"],
			w: [
				"Ш",
				"Ѡ",
				"Ѽ",
				"൰"
			],
			x: [
				"Ҳ",
				"Ӿ",
				"Ӽ",
				"ӽ"
			],
			y: [
				"¥",
				"Ұ",
				"Ӌ"
			],
			z: ["Ƶ", "ɀ"]
		};
		text.forEach(function(c) {
			c = c.toLowerCase();
			var chars = trap[c] || [" "];
			var rand = Math.floor(Math.random() * chars.length);
			if (typeof trap[c] !== "undefined") result += trap[c][rand];
			else result += c;
		});
		return result;
	};
}));
// node_modules/@colors/colors/lib/custom/zalgo.js
var require_zalgo = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function zalgo(text, options) {
		text = text || "   he is here   ";
		var soul = {
			"up": [
				"̍",
				"̎",
				"̄",
				"̅",
				"̿",
				"̑",
				"̆",
				"̐",
				"͒",
				"͗",
				"͑",
				"̇",
				"̈",
				"̊",
				"͂",
				"̓",
				"̈",
				"͊",
				"͋",
				"͌",
				"̃",
				"̂",
				"̌",
				"͐",
				"̀",
				"́",
				"̋",
				"̏",
				"̒",
				"̓",
				"̔",
				"̽",
				"̉",
				"ͣ",
				"ͤ",
				"ͥ",
				"ͦ",
				"ͧ",
				"ͨ",
				"ͩ",
				"ͪ",
				"ͫ",
				"ͬ",
				"ͭ",
				"ͮ",
				"ͯ",
				"̾",
				"͛",
				"͆",
				"̚"
			],
			"down": [
				"̖",
				"̗",
				"̘",
				"̙",
				"̜",
				"̝",
				"̞",
				"̟",
				"̠",
				"̤",
				"̥",
				"̦",
				"̩",
				"̪",
				"̫",
				"̬",
				"̭",
				"̮",
				"̯",
				"̰",
				"̱",
				"̲",
				"̳",
				"̹",
				"̺",
				"̻",
				"̼",
				"ͅ",
				"͇",
				"͈",
				"͉",
				"͍",
				"͎",
				"͓",
				"͔",
				"͕",
				"͖",
				"͙",
				"͚",
				"̣"
			],
			"mid": [
				"̕",
				"̛",
				"̀",
				"́",
				"͘",
				"̡",
				"̢",
				"̧",
				"̨",
				"̴",
				"̵",
				"̶",
				"͜",
				"͝",
				"͞",
				"͟",
				"͠",
				"͢",
				"̸",
				"̷",
				"͡",
				" ҉"
			]
		};
		var all = [].concat(soul.up, soul.down, soul.mid);
		function randomNumber(range) {
			return Math.floor(Math.random() * range);
		}
		function isChar(character) {
			var bool = false;
			all.filter(function(i) {
				bool = i === character;
			});
			return bool;
		}
		function heComes(text, options) {
			var result = "";
			var counts;
			var l;
			options = options || {};
			options["up"] = typeof options["up"] !== "undefined" ? options["up"] : true;
			options["mid"] = typeof options["mid"] !== "undefined" ? options["mid"] : true;
			options["down"] = typeof options["down"] !== "undefined" ? options["down"] : true;
			options["size"] = typeof options["size"] !== "undefined" ? options["size"] : "maxi";
			text = text.split("");
			for (l in text) {
				if (isChar(l)) continue;
				result = result + text[l];
				counts = {
					"up": 0,
					"down": 0,
					"mid": 0
				};
				switch (options.size) {
					case "mini":
						counts.up = randomNumber(8);
						counts.mid = randomNumber(2);
						counts.down = randomNumber(8);
						break;
					case "maxi":
						counts.up = randomNumber(16) + 3;
						counts.mid = randomNumber(4) + 1;
						counts.down = randomNumber(64) + 3;
						break;
					default:
						counts.up = randomNumber(8) + 1;
						counts.mid = randomNumber(6) / 2;
						counts.down = randomNumber(8) + 1;
				}
				var arr = [
					"up",
					"mid",
					"down"
				];
				for (var d in arr) {
					var index = arr[d];
					for (var i = 0; i <= counts[index]; i++) if (options[index]) result = result + soul[index][randomNumber(soul[index].length)];
				}
			}
			return result;
		}
		return heComes(text, options);
	};
}));
// node_modules/@colors/colors/lib/maps/america.js
var require_america = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function(colors) {
		return function(letter, i, exploded) {
			if (letter === " ") return letter;
			switch (i % 3) {
				case 0: return colors.red(letter);
				case 1: return colors.white(letter);
				case 2: return colors.blue(letter);
			}
		};
	};
}));
// node_modules/@colors/colors/lib/maps/zebra.js
var require_zebra = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function(colors) {
		return function(letter, i, exploded) {
			return i % 2 === 0 ? letter : colors.inverse(letter);
		};
	};
}));
// node_modules/@colors/colors/lib/maps/rainbow.js
var require_rainbow = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function(colors) {
		var rainbowColors = [
			"red",
			"yellow",
			"green",
			"blue",
			"magenta"
		];
		return function(letter, i, exploded) {
			if (letter === " ") return letter;
			else return colors[rainbowColors[i++ % rainbowColors.length]](letter);
		};
	};
}));
// node_modules/@colors/colors/lib/maps/random.js
var require_random = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = function(colors) {
		var available = [
			"underline",
			"inverse",
			"grey",
			"yellow",
			"red",
			"green",
			"blue",
			"white",
			"cyan",
			"magenta",
			"brightYellow",
			"brightRed",
			"brightGreen",
			"brightBlue",
			"brightWhite",
			"brightCyan",
			"brightMagenta"
		];
		return function(letter, i, exploded) {
			return letter === " " ? letter : colors[available[Math.round(Math.random() * (available.length - 2))]](letter);
		};
	};
}));
// node_modules/@colors/colors/lib/colors.js
var require_colors = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	var colors = {};
	module["exports"] = colors;
	colors.themes = {};
	var util = __require("util");
	var ansiStyles = colors.styles = require_styles();
	var defineProps = Object.defineProperties;
	var newLineRegex = /* @__PURE__ */ new RegExp(/[\r\n]+/g);
	colors.supportsColor = require_supports_colors().supportsColor;
	if (typeof colors.enabled === "undefined") colors.enabled = colors.supportsColor() !== false;
	colors.enable = function() {
		colors.enabled = true;
	};
	colors.disable = function() {
		colors.enabled = false;
	};
	colors.stripColors = colors.strip = function(str) {
		return ("" + str).replace(/\x1B\[\d+m/g, "");
	};
	colors.stylize = function stylize(str, style) {
		if (!colors.enabled) return str + "";
		var styleMap = ansiStyles[style];
		if (!styleMap && style in colors) return colors[style](str);
		return styleMap.open + str + styleMap.close;
	};
	var matchOperatorsRe = /[|\\{}()[\]^$+*?.]/g;
	var escapeStringRegexp = function(str) {
		if (typeof str !== "string") throw new TypeError("Expected a string");
		return str.replace(matchOperatorsRe, "\\$&");
	};
	function build(_styles) {
		var builder = function builder() {
			return applyStyle.apply(builder, arguments);
		};
		builder._styles = _styles;
		builder.__proto__ = proto;
		return builder;
	}
	var styles = (function() {
		var ret = {};
		ansiStyles.grey = ansiStyles.gray;
		Object.keys(ansiStyles).forEach(function(key) {
			ansiStyles[key].closeRe = new RegExp(escapeStringRegexp(ansiStyles[key].close), "g");
			ret[key] = { get: function() {
				return build(this._styles.concat(key));
			} };
		});
		return ret;
	})();
	var proto = defineProps(function colors() {}, styles);
	function applyStyle() {
		var str = Array.prototype.slice.call(arguments).map(function(arg) {
			if (arg != null && arg.constructor === String) return arg;
			else return util.inspect(arg);
		}).join(" ");
		if (!colors.enabled || !str) return str;
		var newLinesPresent = str.indexOf("\n") != -1;
		var nestedStyles = this._styles;
		var i = nestedStyles.length;
		while (i--) {
			var code = ansiStyles[nestedStyles[i]];
			str = code.open + str.replace(code.closeRe, code.open) + code.close;
			if (newLinesPresent) str = str.replace(newLineRegex, function(match) {
				return code.close + match + code.open;
			});
		}
		return str;
	}
	colors.setTheme = function(theme) {
		if (typeof theme === "string") {
			console.log("colors.setTheme now only accepts an object, not a string.  If you are trying to set a theme from a file, it is now your (the caller's) responsibility to require the file.  The old syntax looked like colors.setTheme(__dirname + '/../themes/generic-logging.js'); The new syntax looks like colors.setTheme(require(__dirname + '/../themes/generic-logging.js'));");
			return;
		}
		for (var style in theme) (function(style) {
			colors[style] = function(str) {
				if (typeof theme[style] === "object") {
					var out = str;
					for (var i in theme[style]) out = colors[theme[style][i]](out);
					return out;
				}
				return colors[theme[style]](str);
			};
		})(style);
	};
	function init() {
		var ret = {};
		Object.keys(styles).forEach(function(name) {
			ret[name] = { get: function() {
				return build([name]);
			} };
		});
		return ret;
	}
	var sequencer = function sequencer(map, str) {
		var exploded = str.split("");
		exploded = exploded.map(map);
		return exploded.join("");
	};
	colors.trap = require_trap();
	colors.zalgo = require_zalgo();
	colors.maps = {};
	colors.maps.america = require_america()(colors);
	colors.maps.zebra = require_zebra()(colors);
	colors.maps.rainbow = require_rainbow()(colors);
	colors.maps.random = require_random()(colors);
	for (var map in colors.maps) (function(map) {
		colors[map] = function(str) {
			return sequencer(colors.maps[map], str);
		};
	})(map);
	defineProps(colors, init());
}));
// node_modules/@colors/colors/safe.js
var require_safe = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module["exports"] = require_colors();
}));
// node_modules/cli-table3/src/cell.js
var require_cell = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const { info, debug } = require_debug();
	const utils = require_utils();
	var Cell = class Cell {
		/**
		* A representation of a cell within the table.
		* Implementations must have `init` and `draw` methods,
		* as well as `colSpan`, `rowSpan`, `desiredHeight` and `desiredWidth` properties.
		* @param options
		* @constructor
		*/
		constructor(options) {
			this.setOptions(options);
			/**
			* Each cell will have it's `x` and `y` values set by the `layout-manager` prior to
			* `init` being called;
			* @type {Number}
			*/
			this.x = null;
			this.y = null;
		}
		setOptions(options) {
			if ([
				"boolean",
				"number",
				"bigint",
				"string"
			].indexOf(typeof options) !== -1) options = { content: "" + options };
			options = options || {};
			this.options = options;
			let content = options.content;
			if ([
				"boolean",
				"number",
				"bigint",
				"string"
			].indexOf(typeof content) !== -1) this.content = String(content);
			else if (!content) this.content = this.options.href || "";
			else throw new Error("Content needs to be a primitive, got: " + typeof content);
			this.colSpan = options.colSpan || 1;
			this.rowSpan = options.rowSpan || 1;
			if (this.options.href) Object.defineProperty(this, "href", { get() {
				return this.options.href;
			} });
		}
		mergeTableOptions(tableOptions, cells) {
			this.cells = cells;
			let optionsChars = this.options.chars || {};
			let tableChars = tableOptions.chars;
			let chars = this.chars = {};
			CHAR_NAMES.forEach(function(name) {
				setOption(optionsChars, tableChars, name, chars);
			});
			this.truncate = this.options.truncate || tableOptions.truncate;
			let style = this.options.style = this.options.style || {};
			let tableStyle = tableOptions.style;
			setOption(style, tableStyle, "padding-left", this);
			setOption(style, tableStyle, "padding-right", this);
			this.head = style.head || tableStyle.head;
			this.border = style.border || tableStyle.border;
			this.fixedWidth = tableOptions.colWidths[this.x];
			this.lines = this.computeLines(tableOptions);
			this.desiredWidth = utils.strlen(this.content) + this.paddingLeft + this.paddingRight;
			this.desiredHeight = this.lines.length;
		}
		computeLines(tableOptions) {
			const tableWordWrap = tableOptions.wordWrap || tableOptions.textWrap;
			const { wordWrap = tableWordWrap } = this.options;
			if (this.fixedWidth && wordWrap) {
				this.fixedWidth -= this.paddingLeft + this.paddingRight;
				if (this.colSpan) {
					let i = 1;
					while (i < this.colSpan) {
						this.fixedWidth += tableOptions.colWidths[this.x + i];
						i++;
					}
				}
				const { wrapOnWordBoundary: tableWrapOnWordBoundary = true } = tableOptions;
				const { wrapOnWordBoundary = tableWrapOnWordBoundary } = this.options;
				return this.wrapLines(utils.wordWrap(this.fixedWidth, this.content, wrapOnWordBoundary));
			}
			return this.wrapLines(this.content.split("\n"));
		}
		wrapLines(computedLines) {
			const lines = utils.colorizeLines(computedLines);
			if (this.href) return lines.map((line) => utils.hyperlink(this.href, line));
			return lines;
		}
		/**
		* Initializes the Cells data structure.
		*
		* @param tableOptions - A fully populated set of tableOptions.
		* In addition to the standard default values, tableOptions must have fully populated the
		* `colWidths` and `rowWidths` arrays. Those arrays must have lengths equal to the number
		* of columns or rows (respectively) in this table, and each array item must be a Number.
		*
		*/
		init(tableOptions) {
			let x = this.x;
			let y = this.y;
			this.widths = tableOptions.colWidths.slice(x, x + this.colSpan);
			this.heights = tableOptions.rowHeights.slice(y, y + this.rowSpan);
			this.width = this.widths.reduce(sumPlusOne, -1);
			this.height = this.heights.reduce(sumPlusOne, -1);
			this.hAlign = this.options.hAlign || tableOptions.colAligns[x];
			this.vAlign = this.options.vAlign || tableOptions.rowAligns[y];
			this.drawRight = x + this.colSpan == tableOptions.colWidths.length;
		}
		/**
		* Draws the given line of the cell.
		* This default implementation defers to methods `drawTop`, `drawBottom`, `drawLine` and `drawEmpty`.
		* @param lineNum - can be `top`, `bottom` or a numerical line number.
		* @param spanningCell - will be a number if being called from a RowSpanCell, and will represent how
		* many rows below it's being called from. Otherwise it's undefined.
		* @returns {String} The representation of this line.
		*/
		draw(lineNum, spanningCell) {
			if (lineNum == "top") return this.drawTop(this.drawRight);
			if (lineNum == "bottom") return this.drawBottom(this.drawRight);
			let content = utils.truncate(this.content, 10, this.truncate);
			if (!lineNum) info(`${this.y}-${this.x}: ${this.rowSpan - lineNum}x${this.colSpan} Cell ${content}`);
			let padLen = Math.max(this.height - this.lines.length, 0);
			let padTop;
			switch (this.vAlign) {
				case "center":
					padTop = Math.ceil(padLen / 2);
					break;
				case "bottom":
					padTop = padLen;
					break;
				default: padTop = 0;
			}
			if (lineNum < padTop || lineNum >= padTop + this.lines.length) return this.drawEmpty(this.drawRight, spanningCell);
			let forceTruncation = this.lines.length > this.height && lineNum + 1 >= this.height;
			return this.drawLine(lineNum - padTop, this.drawRight, forceTruncation, spanningCell);
		}
		/**
		* Renders the top line of the cell.
		* @param drawRight - true if this method should render the right edge of the cell.
		* @returns {String}
		*/
		drawTop(drawRight) {
			let content = [];
			if (this.cells) this.widths.forEach(function(width, index) {
				content.push(this._topLeftChar(index));
				content.push(utils.repeat(this.chars[this.y == 0 ? "top" : "mid"], width));
			}, this);
			else {
				content.push(this._topLeftChar(0));
				content.push(utils.repeat(this.chars[this.y == 0 ? "top" : "mid"], this.width));
			}
			if (drawRight) content.push(this.chars[this.y == 0 ? "topRight" : "rightMid"]);
			return this.wrapWithStyleColors("border", content.join(""));
		}
		_topLeftChar(offset) {
			let x = this.x + offset;
			let leftChar;
			if (this.y == 0) leftChar = x == 0 ? "topLeft" : offset == 0 ? "topMid" : "top";
			else if (x == 0) leftChar = "leftMid";
			else {
				leftChar = offset == 0 ? "midMid" : "bottomMid";
				if (this.cells) {
					if (this.cells[this.y - 1][x] instanceof Cell.ColSpanCell) leftChar = offset == 0 ? "topMid" : "mid";
					if (offset == 0) {
						let i = 1;
						while (this.cells[this.y][x - i] instanceof Cell.ColSpanCell) i++;
						if (this.cells[this.y][x - i] instanceof Cell.RowSpanCell) leftChar = "leftMid";
					}
				}
			}
			return this.chars[leftChar];
		}
		wrapWithStyleColors(styleProperty, content) {
			if (this[styleProperty] && this[styleProperty].length) try {
				let colors = require_safe();
				for (let i = this[styleProperty].length - 1; i >= 0; i--) colors = colors[this[styleProperty][i]];
				return colors(content);
			} catch (e) {
				return content;
			}
			else return content;
		}
		/**
		* Renders a line of text.
		* @param lineNum - Which line of text to render. This is not necessarily the line within the cell.
		* There may be top-padding above the first line of text.
		* @param drawRight - true if this method should render the right edge of the cell.
		* @param forceTruncationSymbol - `true` if the rendered text should end with the truncation symbol even
		* if the text fits. This is used when the cell is vertically truncated. If `false` the text should
		* only include the truncation symbol if the text will not fit horizontally within the cell width.
		* @param spanningCell - a number of if being called from a RowSpanCell. (how many rows below). otherwise undefined.
		* @returns {String}
		*/
		drawLine(lineNum, drawRight, forceTruncationSymbol, spanningCell) {
			let left = this.chars[this.x == 0 ? "left" : "middle"];
			if (this.x && spanningCell && this.cells) {
				let cellLeft = this.cells[this.y + spanningCell][this.x - 1];
				while (cellLeft instanceof ColSpanCell) cellLeft = this.cells[cellLeft.y][cellLeft.x - 1];
				if (!(cellLeft instanceof RowSpanCell)) left = this.chars["rightMid"];
			}
			let leftPadding = utils.repeat(" ", this.paddingLeft);
			let right = drawRight ? this.chars["right"] : "";
			let rightPadding = utils.repeat(" ", this.paddingRight);
			let line = this.lines[lineNum];
			let len = this.width - (this.paddingLeft + this.paddingRight);
			if (forceTruncationSymbol) line += this.truncate || "…";
			let content = utils.truncate(line, len, this.truncate);
			content = utils.pad(content, len, " ", this.hAlign);
			content = leftPadding + content + rightPadding;
			return this.stylizeLine(left, content, right);
		}
		stylizeLine(left, content, right) {
			left = this.wrapWithStyleColors("border", left);
			right = this.wrapWithStyleColors("border", right);
			if (this.y === 0) content = this.wrapWithStyleColors("head", content);
			return left + content + right;
		}
		/**
		* Renders the bottom line of the cell.
		* @param drawRight - true if this method should render the right edge of the cell.
		* @returns {String}
		*/
		drawBottom(drawRight) {
			let left = this.chars[this.x == 0 ? "bottomLeft" : "bottomMid"];
			let content = utils.repeat(this.chars.bottom, this.width);
			let right = drawRight ? this.chars["bottomRight"] : "";
			return this.wrapWithStyleColors("border", left + content + right);
		}
		/**
		* Renders a blank line of text within the cell. Used for top and/or bottom padding.
		* @param drawRight - true if this method should render the right edge of the cell.
		* @param spanningCell - a number of if being called from a RowSpanCell. (how many rows below). otherwise undefined.
		* @returns {String}
		*/
		drawEmpty(drawRight, spanningCell) {
			let left = this.chars[this.x == 0 ? "left" : "middle"];
			if (this.x && spanningCell && this.cells) {
				let cellLeft = this.cells[this.y + spanningCell][this.x - 1];
				while (cellLeft instanceof ColSpanCell) cellLeft = this.cells[cellLeft.y][cellLeft.x - 1];
				if (!(cellLeft instanceof RowSpanCell)) left = this.chars["rightMid"];
			}
			let right = drawRight ? this.chars["right"] : "";
			let content = utils.repeat(" ", this.width);
			return this.stylizeLine(left, content, right);
		}
	};
	var ColSpanCell = class {
		/**
		* A Cell that doesn't do anything. It just draws empty lines.
		* Used as a placeholder in column spanning.
		* @constructor
		*/
		constructor() {}
		draw(lineNum) {
			if (typeof lineNum === "number") debug(`${this.y}-${this.x}: 1x1 ColSpanCell`);
			return "";
		}
		init() {}
		mergeTableOptions() {}
	};
	var RowSpanCell = class {
		/**
		* A placeholder Cell for a Cell that spans multiple rows.
		* It delegates rendering to the original cell, but adds the appropriate offset.
		* @param originalCell
		* @constructor
		*/
		constructor(originalCell) {
			this.originalCell = originalCell;
		}
		init(tableOptions) {
			let y = this.y;
			let originalY = this.originalCell.y;
			this.cellOffset = y - originalY;
			this.offset = findDimension(tableOptions.rowHeights, originalY, this.cellOffset);
		}
		draw(lineNum) {
			if (lineNum == "top") return this.originalCell.draw(this.offset, this.cellOffset);
			if (lineNum == "bottom") return this.originalCell.draw("bottom");
			debug(`${this.y}-${this.x}: 1x${this.colSpan} RowSpanCell for ${this.originalCell.content}`);
			return this.originalCell.draw(this.offset + 1 + lineNum);
		}
		mergeTableOptions() {}
	};
	function firstDefined(...args) {
		return args.filter((v) => v !== void 0 && v !== null).shift();
	}
	function setOption(objA, objB, nameB, targetObj) {
		let nameA = nameB.split("-");
		if (nameA.length > 1) {
			nameA[1] = nameA[1].charAt(0).toUpperCase() + nameA[1].substr(1);
			nameA = nameA.join("");
			targetObj[nameA] = firstDefined(objA[nameA], objA[nameB], objB[nameA], objB[nameB]);
		} else targetObj[nameB] = firstDefined(objA[nameB], objB[nameB]);
	}
	function findDimension(dimensionTable, startingIndex, span) {
		let ret = dimensionTable[startingIndex];
		for (let i = 1; i < span; i++) ret += 1 + dimensionTable[startingIndex + i];
		return ret;
	}
	function sumPlusOne(a, b) {
		return a + b + 1;
	}
	let CHAR_NAMES = [
		"top",
		"top-mid",
		"top-left",
		"top-right",
		"bottom",
		"bottom-mid",
		"bottom-left",
		"bottom-right",
		"left",
		"left-mid",
		"mid",
		"mid-mid",
		"right",
		"right-mid",
		"middle"
	];
	module.exports = Cell;
	module.exports.ColSpanCell = ColSpanCell;
	module.exports.RowSpanCell = RowSpanCell;
}));
// node_modules/cli-table3/src/layout-manager.js
var require_layout_manager = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const { warn, debug } = require_debug();
	const Cell = require_cell();
	const { ColSpanCell, RowSpanCell } = Cell;
	(function() {
		function next(alloc, col) {
			if (alloc[col] > 0) return next(alloc, col + 1);
			return col;
		}
		function layoutTable(table) {
			let alloc = {};
			table.forEach(function(row, rowIndex) {
				let col = 0;
				row.forEach(function(cell) {
					cell.y = rowIndex;
					cell.x = rowIndex ? next(alloc, col) : col;
					const rowSpan = cell.rowSpan || 1;
					const colSpan = cell.colSpan || 1;
					if (rowSpan > 1) for (let cs = 0; cs < colSpan; cs++) alloc[cell.x + cs] = rowSpan;
					col = cell.x + colSpan;
				});
				Object.keys(alloc).forEach((idx) => {
					alloc[idx]--;
					if (alloc[idx] < 1) delete alloc[idx];
				});
			});
		}
		function maxWidth(table) {
			let mw = 0;
			table.forEach(function(row) {
				row.forEach(function(cell) {
					mw = Math.max(mw, cell.x + (cell.colSpan || 1));
				});
			});
			return mw;
		}
		function maxHeight(table) {
			return table.length;
		}
		function cellsConflict(cell1, cell2) {
			let yMin1 = cell1.y;
			let yMax1 = cell1.y - 1 + (cell1.rowSpan || 1);
			let yMin2 = cell2.y;
			let yConflict = !(yMin1 > cell2.y - 1 + (cell2.rowSpan || 1) || yMin2 > yMax1);
			let xMin1 = cell1.x;
			let xMax1 = cell1.x - 1 + (cell1.colSpan || 1);
			let xMin2 = cell2.x;
			let xConflict = !(xMin1 > cell2.x - 1 + (cell2.colSpan || 1) || xMin2 > xMax1);
			return yConflict && xConflict;
		}
		function conflictExists(rows, x, y) {
			let i_max = Math.min(rows.length - 1, y);
			let cell = {
				x,
				y
			};
			for (let i = 0; i <= i_max; i++) {
				let row = rows[i];
				for (let j = 0; j < row.length; j++) if (cellsConflict(cell, row[j])) return true;
			}
			return false;
		}
		function allBlank(rows, y, xMin, xMax) {
			for (let x = xMin; x < xMax; x++) if (conflictExists(rows, x, y)) return false;
			return true;
		}
		function addRowSpanCells(table) {
			table.forEach(function(row, rowIndex) {
				row.forEach(function(cell) {
					for (let i = 1; i < cell.rowSpan; i++) {
						let rowSpanCell = new RowSpanCell(cell);
						rowSpanCell.x = cell.x;
						rowSpanCell.y = cell.y + i;
						rowSpanCell.colSpan = cell.colSpan;
						insertCell(rowSpanCell, table[rowIndex + i]);
					}
				});
			});
		}
		function addColSpanCells(cellRows) {
			for (let rowIndex = cellRows.length - 1; rowIndex >= 0; rowIndex--) {
				let cellColumns = cellRows[rowIndex];
				for (let columnIndex = 0; columnIndex < cellColumns.length; columnIndex++) {
					let cell = cellColumns[columnIndex];
					for (let k = 1; k < cell.colSpan; k++) {
						let colSpanCell = new ColSpanCell();
						colSpanCell.x = cell.x + k;
						colSpanCell.y = cell.y;
						cellColumns.splice(columnIndex + 1, 0, colSpanCell);
					}
				}
			}
		}
		function insertCell(cell, row) {
			let x = 0;
			while (x < row.length && row[x].x < cell.x) x++;
			row.splice(x, 0, cell);
		}
		function fillInTable(table) {
			let h_max = maxHeight(table);
			let w_max = maxWidth(table);
			debug(`Max rows: ${h_max}; Max cols: ${w_max}`);
			for (let y = 0; y < h_max; y++) for (let x = 0; x < w_max; x++) if (!conflictExists(table, x, y)) {
				let opts = {
					x,
					y,
					colSpan: 1,
					rowSpan: 1
				};
				x++;
				while (x < w_max && !conflictExists(table, x, y)) {
					opts.colSpan++;
					x++;
				}
				let y2 = y + 1;
				while (y2 < h_max && allBlank(table, y2, opts.x, opts.x + opts.colSpan)) {
					opts.rowSpan++;
					y2++;
				}
				let cell = new Cell(opts);
				cell.x = opts.x;
				cell.y = opts.y;
				warn(`Missing cell at ${cell.y}-${cell.x}.`);
				insertCell(cell, table[y]);
			}
		}
		function generateCells(rows) {
			return rows.map(function(row) {
				if (!Array.isArray(row)) {
					let key = Object.keys(row)[0];
					row = row[key];
					if (Array.isArray(row)) {
						row = row.slice();
						row.unshift(key);
					} else row = [key, row];
				}
				return row.map(function(cell) {
					return new Cell(cell);
				});
			});
		}
		function makeTableLayout(rows) {
			let cellRows = generateCells(rows);
			layoutTable(cellRows);
			fillInTable(cellRows);
			addRowSpanCells(cellRows);
			addColSpanCells(cellRows);
			return cellRows;
		}
		module.exports = {
			makeTableLayout,
			layoutTable,
			addRowSpanCells,
			maxWidth,
			fillInTable,
			computeWidths: makeComputeWidths("colSpan", "desiredWidth", "x", 1),
			computeHeights: makeComputeWidths("rowSpan", "desiredHeight", "y", 1)
		};
	})();
	function makeComputeWidths(colSpan, desiredWidth, x, forcedMin) {
		return function(vals, table) {
			let result = [];
			let spanners = [];
			let auto = {};
			table.forEach(function(row) {
				row.forEach(function(cell) {
					if ((cell[colSpan] || 1) > 1) spanners.push(cell);
					else result[cell[x]] = Math.max(result[cell[x]] || 0, cell[desiredWidth] || 0, forcedMin);
				});
			});
			vals.forEach(function(val, index) {
				if (typeof val === "number") result[index] = val;
			});
			for (let k = spanners.length - 1; k >= 0; k--) {
				let cell = spanners[k];
				let span = cell[colSpan];
				let col = cell[x];
				let existingWidth = result[col];
				let editableCols = typeof vals[col] === "number" ? 0 : 1;
				if (typeof existingWidth === "number") for (let i = 1; i < span; i++) {
					existingWidth += 1 + result[col + i];
					if (typeof vals[col + i] !== "number") editableCols++;
				}
				else {
					existingWidth = desiredWidth === "desiredWidth" ? cell.desiredWidth - 1 : 1;
					if (!auto[col] || auto[col] < existingWidth) auto[col] = existingWidth;
				}
				if (cell[desiredWidth] > existingWidth) {
					let i = 0;
					while (editableCols > 0 && cell[desiredWidth] > existingWidth) {
						if (typeof vals[col + i] !== "number") {
							let dif = Math.round((cell[desiredWidth] - existingWidth) / editableCols);
							existingWidth += dif;
							result[col + i] += dif;
							editableCols--;
						}
						i++;
					}
				}
			}
			Object.assign(vals, result, auto);
			for (let j = 0; j < vals.length; j++) vals[j] = Math.max(forcedMin, vals[j] || 0);
		};
	}
}));
// node_modules/cli-table3/src/table.js
var require_table = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const debug = require_debug();
	const utils = require_utils();
	const tableLayout = require_layout_manager();
	var Table = class extends Array {
		constructor(opts) {
			super();
			const options = utils.mergeOptions(opts);
			Object.defineProperty(this, "options", {
				value: options,
				enumerable: options.debug
			});
			if (options.debug) {
				switch (typeof options.debug) {
					case "boolean":
						debug.setDebugLevel(debug.WARN);
						break;
					case "number":
						debug.setDebugLevel(options.debug);
						break;
					case "string":
						debug.setDebugLevel(parseInt(options.debug, 10));
						break;
					default:
						debug.setDebugLevel(debug.WARN);
						debug.warn(`Debug option is expected to be boolean, number, or string. Received a ${typeof options.debug}`);
				}
				Object.defineProperty(this, "messages", { get() {
					return debug.debugMessages();
				} });
			}
		}
		toString() {
			let array = this;
			let headersPresent = this.options.head && this.options.head.length;
			if (headersPresent) {
				array = [this.options.head];
				if (this.length) array.push.apply(array, this);
			} else this.options.style.head = [];
			let cells = tableLayout.makeTableLayout(array);
			cells.forEach(function(row) {
				row.forEach(function(cell) {
					cell.mergeTableOptions(this.options, cells);
				}, this);
			}, this);
			tableLayout.computeWidths(this.options.colWidths, cells);
			tableLayout.computeHeights(this.options.rowHeights, cells);
			cells.forEach(function(row) {
				row.forEach(function(cell) {
					cell.init(this.options);
				}, this);
			}, this);
			let result = [];
			for (let rowIndex = 0; rowIndex < cells.length; rowIndex++) {
				let row = cells[rowIndex];
				let heightOfRow = this.options.rowHeights[rowIndex];
				if (rowIndex === 0 || !this.options.style.compact || rowIndex == 1 && headersPresent) doDraw(row, "top", result);
				for (let lineNum = 0; lineNum < heightOfRow; lineNum++) doDraw(row, lineNum, result);
				if (rowIndex + 1 == cells.length) doDraw(row, "bottom", result);
			}
			return result.join("\n");
		}
		get width() {
			return this.toString().split("\n")[0].length;
		}
	};
	Table.reset = () => debug.reset();
	function doDraw(row, lineNum, result) {
		let line = [];
		row.forEach(function(cell) {
			line.push(cell.draw(lineNum));
		});
		let str = line.join("");
		if (str.length) result.push(str);
	}
	module.exports = Table;
}));
// src/io/plain-table.ts
var import_cli_table3 = /* @__PURE__ */ __toESM((/* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = require_table();
})))(), 1);
const LINES$1 = [
	"top",
	"top-mid",
	"top-left",
	"top-right",
	"bottom",
	"bottom-mid",
	"bottom-left",
	"bottom-right"
];
const MORE_LINES$1 = [
	"left",
	"left-mid",
	"mid",
	"mid-mid",
	"right",
	"right-mid",
	"middle"
];
const NO_LINES$1 = Object.fromEntries([...LINES$1, ...MORE_LINES$1].map((name) => [name, ""]));
/** Titles on the first line; columns that would be empty disappear. */
function plainTable(rows, columns) {
	const kept = columns.filter(({ cell }) => rows.some((row) => cell(row) !== ""));
	if (kept.length === 0) return "";
	return bareTable(kept.map(({ title }) => title), rows.map((row) => kept.map(({ cell }) => cell(row))), kept.map(({ align }) => align));
}
/** Titles on the first line, cells drawn as they are; to the left where nothing else is said. */
function bareTable(head, rows, aligns = []) {
	const table = new import_cli_table3.default({
		chars: NO_LINES$1,
		style: {
			"padding-left": 0,
			"padding-right": 2,
			head: [],
			border: [],
			compact: true
		},
		colAligns: [...aligns]
	});
	table.push([...head], ...rows.map((row) => [...row]));
	return table.toString().replaceAll(/ +$/gm, "");
}
// src/io/baseline-tables.ts
const MOST_DIFFERENCES = 3;
const MOST_FILES = 20;
/** One line for each runner. Ends with a new line, like every text of this file. */
function runnerTable(place, runners) {
	if (runners.length === 0) return `Nothing is stored in ${place}.\n`;
	const head = [
		"runner",
		"jobs",
		"benchmarks",
		"newest",
		"oldest",
		"qualified"
	];
	const rows = runners.map((runner) => [
		runner.runner_key,
		String(runner.jobs),
		String(runner.benchmarks.length),
		markText(runner.newest),
		markText(runner.oldest),
		runner.qualified_at === null ? "" : runner.qualified_at.slice(0, 10)
	]);
	const unusable = runners.flatMap((runner) => runner.unusable);
	const notes = unusable.slice(0, MOST_FILES).map(({ path, fault }) => terminalText(`not used: ${path}: ${fault}`, 300));
	if (unusable.length > MOST_FILES) notes.push(`not used: ${counted(unusable.length - MOST_FILES, "more file")}`);
	return [
		`Baselines in ${place}`,
		"",
		bareTable(head, rows),
		...notes.length > 0 ? ["", ...notes] : [],
		""
	].join("\n");
}
function markText(mark) {
	return mark === null ? "" : `${commitText(mark.sha)}, ${formatAge(Math.max(0, mark.age_days))}`;
}
function commitText(sha) {
	return sha === null ? "no commit" : sha.slice(0, 7);
}
/** The newest `last` jobs of every series, oldest first, with what changed between them. */
function seriesText(series, last) {
	return series.map((one) => oneSeries(one, last)).join("\n");
}
function oneSeries({ benchmark, metric, rows, baseline }, last) {
	const shown = rows.slice(-last);
	const values = shown.flatMap(({ value }) => value === null ? [] : [value]);
	const line = values.length > 0 ? `  ${sparkline(shown.map(({ value }) => value))}` : "";
	const unseen = rows.length - shown.length;
	const [head = "", ...lines] = bareTable([
		"measured",
		"commit",
		"value",
		"runs",
		"state"
	], shown.map((row) => cellsOf(row, metric.unit, values))).split("\n");
	const drawn = lines.flatMap((text, index) => [...marksBefore(shown[index]), text]);
	const better = `${metric.direction} is better`;
	return [
		`${terminalText(benchmark)} · ${terminalText(metric.name)} (${better})${line}`,
		`  ${head}`,
		...unseen > 0 ? [`  … ${counted(unseen, "older job")}`] : [],
		...drawn.map((text) => `  ${text}`),
		`  ${baselineText(baseline)}`,
		""
	].join("\n");
}
function cellsOf(row, unit, beside) {
	const value = row.value === null ? "" : formatValue(row.value, unit, beside);
	const spread = row.value === null || row.spread === null ? "" : ` ± ${formatPercent(row.spread)}`;
	const state = row.state === "usable" ? "" : row.state === "other-identity" ? "not comparable with today" : row.state;
	return [
		row.at.slice(0, 16).replace("T", " "),
		commitText(row.sha),
		`${value}${spread}`,
		row.runs === 0 ? "" : String(row.runs),
		row.why === null ? state : `${state}: ${terminalText(row.why, 80)}`
	];
}
/** What stands between this job and the one before it. */
function marksBefore(row) {
	if (row === void 0) return [];
	const { differences, level_change: change, accepted } = row;
	return [
		...differences.length > 0 ? [`── other identity: ${differencesText(differences)}`] : [],
		...change === null ? [] : [`── the level changed: ${formatChange(change)}`],
		...accepted ? ["── an accepted change: the baseline begins here"] : []
	];
}
function differencesText(differences) {
	const words = differences.slice(0, MOST_DIFFERENCES).map(({ field, base, head }) => terminalText(`${field} ${base} → ${head}`, 120));
	const rest = differences.length - words.length;
	return [...words, ...rest > 0 ? [`${rest} more`] : []].join(", ");
}
function baselineText(jobs) {
	return jobs === 0 ? "no job of it can serve as baseline" : `baseline: ${counted(jobs, "job")} like the newest`;
}
/** What prune would remove, or did. */
function pruneText({ remove, stay, needed }, keep) {
	const files = remove.slice(0, MOST_FILES).map(({ path, why }) => `  ${terminalText(`${path} (${why})`, 300)}`);
	if (remove.length > MOST_FILES) files.push(`  … ${counted(remove.length - MOST_FILES, "more file")}`);
	const needs = needed === 0 ? [] : [`${counted(needed, "old file")} kept: among the newest ${keep} of a series in use (change it with --keep)`];
	return [
		...files,
		...needs,
		`${counted(remove.length, "file")} to remove, ${stay} to stay`,
		""
	].join("\n");
}
// src/io/store-archive.ts
/** A store as one `.tar.gz`, laid out like a folder of baselines: unpacked, it is one. */
/** Equal files give an equal archive, byte for byte. Throws a `UserError` where `file` exists or cannot be written. */
async function writeArchive(file, files) {
	const entries = files.toSorted((a, b) => a.path < b.path ? -1 : 1).map((entry) => {
		const body = new TextEncoder().encode(entry.text);
		return {
			header: {
				name: entry.path,
				size: body.byteLength,
				mode: 420,
				mtime: /* @__PURE__ */ new Date(0)
			},
			body
		};
	});
	const packed = gzipSync(await packTar(entries));
	try {
		await makeFolder(path.dirname(file));
		if (await publishFile(file, packed)) return packed.byteLength;
	} catch (error) {
		throw new UserError(`${file} could not be written: ${systemFault(error).message}`);
	}
	throw new UserError(`${file} exists already and is not overwritten; name another file, or remove it first`);
}
// src/io/local-store.ts
/** Opens the store that a person at a terminal names, on GitHub too where a token is at hand. */
/** `given`: `dir:PATH` or `branch:NAME`; undefined: the history of local runs in `cwd`. */
async function openLocalStore(given, around) {
	const { cwd, env, signal } = around;
	const input = parseBaselineInput(given ?? `dir:${path.join(".finetune-bench", "baselines")}`);
	if (input.kind === "directory") return openStore$1(input, {
		cwd,
		api: null,
		defaultBranch: null
	});
	const token = env["GITHUB_TOKEN"] || env["GH_TOKEN"];
	if (token === void 0 || token === "") throw new UserError(`baseline branch:${input.name} lives on GitHub and needs a token: set GITHUB_TOKEN or GH_TOKEN, for example GITHUB_TOKEN=$(gh auth token)`);
	const serverUrl = addressOf(env, "GITHUB_SERVER_URL") ?? "https://github.com";
	const apiUrl = addressOf(env, "GITHUB_API_URL") ?? apiOf(serverUrl);
	const repository = env["GITHUB_REPOSITORY"] || await originOf(cwd, serverUrl);
	if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UserError(`GITHUB_REPOSITORY: ${JSON.stringify(repository)} is not accepted; it is owner/name`);
	const api = await connectGitHub({
		token,
		repository,
		apiUrl,
		serverUrl,
		signal
	});
	return openStore$1(input, {
		cwd,
		api,
		defaultBranch: await defaultBranchOf(api)
	});
}
function addressOf(env, name) {
	const text = env[name];
	if (text === void 0 || text === "") return null;
	if (!url({ protocol: /^https?$/ }).safeParse(text).success) throw new UserError(`${name}: ${JSON.stringify(text)} is no address`);
	return text.replace(/\/+$/, "");
}
function apiOf(serverUrl) {
	return new URL(serverUrl).host === "github.com" ? "https://api.github.com" : `${serverUrl}/api/v3`;
}
/** `owner/name` of the remote `origin`. One of another host is refused: the token is not for it. */
async function originOf(cwd, serverUrl) {
	const url = await gitAt(cwd, { workspace: false }).query("remote", "get-url", "origin");
	const advice = "set GITHUB_REPOSITORY to owner/name";
	if (url === null) throw new UserError(`there is no git remote origin in ${cwd}; ${advice}`);
	const [, host = "", repository = ""] = /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|[^@/]*@)([^/:]+)(?::\d+)?[/:]([^/]+\/[^/]+?)(?:\.git)?\/?$/.exec(url) ?? [];
	if (host.toLowerCase() !== new URL(serverUrl).hostname) throw new UserError(`the git remote origin is no repository on ${serverUrl}; ${advice}, and for another server set GITHUB_SERVER_URL and GITHUB_API_URL too`);
	return repository;
}
async function defaultBranchOf({ octokit, owner, repo }) {
	try {
		const { data } = await withRetry(() => octokit.rest.repos.get({
			owner,
			repo
		}));
		return data.default_branch;
	} catch (error) {
		const words = describeFailure(apiFailure(error));
		throw new UserError(`the repository ${owner}/${repo} could not be read: ${words}; does the token give access to it?`);
	}
}
// src/commands/baselines-store.ts
/** What the subcommands of `baselines` share: the store that is meant, and words for people. */
function openStore({ baseline }, signal) {
	if (baseline?.startsWith("branch:") === true && process.stderr.isTTY) note(`reading ${baseline} from GitHub`);
	return openLocalStore(baseline, {
		cwd: process.cwd(),
		env: process.env,
		signal
	});
}
async function rawOf(store, runner) {
	const { files, unread } = await store.list(runner);
	if (unread !== void 0) throw new UserError(unread);
	return files;
}
async function filesOf(store, runner) {
	return (await rawOf(store, runner)).map(readStored);
}
/** Throws a `UserError` that names the runners there are when this is none of them. */
async function ofRunner(store, runner) {
	const files = await filesOf(store, null);
	const own = files.filter((file) => parseStoredPath(file.path)?.runnerKey === runner);
	if (own.length > 0) return own;
	const keys = summarise(files, /* @__PURE__ */ new Date()).map(({ runner_key }) => runner_key);
	const known = keys.length === 0 ? "nothing is stored there" : `it holds ${keys.join(", ")}${didYouMean(runner, keys)}`;
	throw new UserError(`there is no runner ${runner} in ${store.describe()}; ${known}`);
}
function json(value) {
	return `${JSON.stringify(value, null, 2)}\n`;
}
function print(text) {
	process.stdout.write(text);
}
function note(line) {
	process.stderr.write(`finetune-bench: ${terminalText(line, 2e3)}\n`);
}
// src/commands/command.ts
/** What every subcommand of the local command gets, and how each ends. */
const EXIT = {
	passed: 0,
	failed: 1,
	badInput: 2,
	bug: 70,
	interrupted: 130
};
/** The end of a command's help. `own`: what 0 and 1 mean of it. */
function exitStatuses(own) {
	return `\nExit status: ${own}, ${EXIT.badInput} bad input, ${EXIT.bug} a bug, ${EXIT.interrupted} interrupted.`;
}
/** The harness that belongs to this very program, wherever a link to it stands. */
function ownHarness(entry) {
	return path.join(path.dirname(realpathSync(entry)), "..", "harness");
}
// src/commands/baselines-read.ts
/** `baselines list`, `show` and `export`: read a store and change nothing. */
async function list$1(options, { signal }) {
	const store = await openStore(options, signal);
	const runners = summarise(await filesOf(store, null), /* @__PURE__ */ new Date());
	print(options.json ? json({
		store: store.describe(),
		runners
	}) : runnerTable(store.describe(), runners));
	return EXIT.passed;
}
async function show(runner, options, { signal }) {
	const store = await openStore(options, signal);
	const files = await ofRunner(store, runner);
	const { results, warnings } = gather$2(files);
	const ids = [...new Set(results.flatMap(({ benchmarks }) => benchmarks.map(({ id }) => id)))];
	if (options.benchmark !== void 0 && !ids.includes(options.benchmark)) throw new UserError(`${runner} has no benchmark ${options.benchmark}; it has ${ids.join(", ") || "none"}${didYouMean(options.benchmark, ids)}`);
	const series = storedSeries(results, {
		benchmark: options.benchmark ?? null,
		metric: options.metric ?? null
	});
	if (series.length === 0 && options.metric !== void 0) {
		const names = [...new Set(results.flatMap((job) => job.benchmarks.flatMap(({ metrics }) => metrics.map(({ name }) => name))))];
		throw new UserError(`no benchmark of ${runner} has the metric ${options.metric}; they have ${names.join(", ")}${didYouMean(options.metric, names)}`);
	}
	print(options.json ? json({
		store: store.describe(),
		runner_key: runner,
		series
	}) : seriesText(series, options.last));
	for (const warning of warnings) note(warning);
	return EXIT.passed;
}
async function exportTo(file, options, { signal }) {
	if (!/\.(?:tar\.gz|tgz)$/.test(file)) throw new UserError(`${file}: an export is a .tar.gz; end its name so`);
	const store = await openStore(options, signal);
	const raw = await rawOf(store, options.runner ?? null);
	const kept = raw.flatMap((entry) => "text" in entry && isWorthKeeping(readStored(entry)) ? [entry] : []);
	const whose = options.runner === void 0 ? "" : ` of the runner ${options.runner}`;
	if (kept.length === 0) throw new UserError(`nothing is stored in ${store.describe()}${whose}`);
	const bytes = await writeArchive(path.resolve(file), kept);
	print(`Wrote ${counted(kept.length, "file")} of ${store.describe()} to ${file} (${Math.ceil(bytes / 1024)} KiB).\n`);
	if (kept.length < raw.length) note(`${counted(raw.length - kept.length, "file")} that no version can read left out`);
	return EXIT.passed;
}
/** What another version can read is kept too. */
function isWorthKeeping(file) {
	return file.state !== "unusable" || file.newer;
}
// src/core/import-plan.ts
/** Chooses which files of an export or an artifact become part of a store: all of them are somebody else's. */
/**
* Names are made from the contents, never taken from the archive: none can lead out of the store. What is there already is
* known by its contents too, since older versions named it otherwise.
*/
function planImport(found, existing) {
	const there = new Map(existing.map((file) => [file.path, meaningOf(contentOf(file))]));
	const meanings = new Set(there.values());
	const add = /* @__PURE__ */ new Map();
	const present = /* @__PURE__ */ new Set();
	const taken = /* @__PURE__ */ new Set();
	const refused = [];
	for (const { source, raw } of found) {
		const file = readStored(raw);
		const fault = faultOf(file);
		const content = contentOf(file);
		if (fault !== null || content === null) {
			refused.push({
				source,
				fault: fault ?? "is no result"
			});
			continue;
		}
		const path = pathOf(file);
		const meaning = meaningOf(content);
		if (meanings.has(meaning)) present.add(path);
		else if (there.has(path) || meaningOf(add.get(path) ?? content) !== meaning) taken.add(path);
		else add.set(path, content);
	}
	return {
		add: [...add].map(([path, content]) => ({
			path,
			text: storedText(content)
		})),
		present: [...present],
		taken: [...taken],
		refused
	};
}
function pathOf(file) {
	if (file.state === "result") return storedPath(file.result);
	return file.state === "qualification" ? qualificationPath(file.qualification) : file.path;
}
function contentOf(file) {
	if (file.state === "result") return file.result;
	return file.state === "qualification" ? file.qualification : null;
}
/** Equal for equal contents, whichever version wrote them and in which order; null equals no content. */
function meaningOf(content) {
	return content === null ? null : canonicalJson(content);
}
function faultOf(file) {
	if (file.state === "unusable") return file.fault;
	return file.state === "result" && isOfPullRequest(file.result) ? "it measured a pull request, which never becomes history" : null;
}
function isOfPullRequest({ job }) {
	return job.pull_request !== null || /^(?:pull_request|merge_group)/.test(job.event);
}
// src/io/import-source.ts
/** Finds the results in what a user hands over: an export, a folder of baselines, the folder of an artifact, one file. */
const LIMITS = {
	packedBytes: 268435456,
	unpackedBytes: 536870912,
	files: 5e4
};
/** Folders below the one that was named: artifact or runner, and what lies in it. */
const DEPTH = 3;
const RESULT$1 = "result.json";
/** `<sha>-<run id>-<attempt>[-<suite>].json` and `qualified/<time>.json`: what else an artifact holds has other names. */
const STORED = /\/(?:(?:[0-9a-f]{40,64}|nocommit)-[^/]+-\d+(?:-[^/]+)?|qualified\/[0-9TZ]+)\.json$/;
/** Throws a `UserError` for what is none of these, and where nothing is found. */
async function readImport(given) {
	try {
		const found = (await stat(given)).isDirectory() ? await fromFolder(given) : await fromFile(given);
		if (found.length > 0) return found;
	} catch (error) {
		if (error instanceof UserError) throw error;
		throw new UserError(`${given} cannot be read: ${systemFault(error).message}`);
	}
	throw new UserError(`${given} holds no results: give an export (.tar.gz), a folder of baselines (RUNNER/….json), or the unpacked artifact of a job (with its ${RESULT$1})`);
}
async function fromFolder(root) {
	const found = [];
	let seen = 0;
	const walk = async (folder, depth) => {
		for (const entry of await readdir(folder, { withFileTypes: true })) {
			seen += 1;
			if (seen > LIMITS.files) throw new UserError(`${root} holds more than ${LIMITS.files} files; name a smaller folder`);
			const file = path.join(folder, entry.name);
			const name = namedAs(root, file);
			if (entry.isDirectory() && depth < DEPTH) await walk(file, depth + 1);
			else if (name !== null) found.push({
				source: file,
				raw: await readPlain(file, name)
			});
		}
	};
	await walk(root, 1);
	return found.toSorted((a, b) => a.source < b.source ? -1 : 1);
}
/** Its path in a store, from the folder of the store or of one runner; `result.json` itself; null for everything else. */
function namedAs(root, file) {
	if (path.basename(file) === RESULT$1) return RESULT$1;
	const relative = path.relative(root, file).split(path.sep).join("/");
	return [`${path.basename(path.resolve(root))}/${relative}`, relative].find(isStoredName) ?? null;
}
async function readPlain(file, name) {
	const facts = await lstat(file);
	if (!facts.isFile()) return irregular(name);
	if (facts.size > 4194304) return oversized(name, facts.size);
	const text = await readFile(file, "utf8");
	return {
		path: name === RESULT$1 ? ownPath(text) : name,
		text
	};
}
const ownerSchema = looseObject({ runner_key: string() });
/** Where a result that stands alone belongs; a text that does not tell keeps its name, and is then refused. */
function ownPath(text) {
	try {
		return `${ownerSchema.parse(JSON.parse(text)).runner_key}/${RESULT$1}`;
	} catch {
		return `unknown/${RESULT$1}`;
	}
}
async function fromFile(file) {
	const start = await firstBytes(file);
	if (start[0] === 31 && start[1] === 139) return fromArchive(file);
	if (start.subarray(0, 2).toString("latin1") === "PK") throw new UserError(`${file} is a zip archive; unpack it and name the folder`);
	if (/^\s*\{/.test(start.toString("latin1"))) return [{
		source: file,
		raw: await readPlain(file, RESULT$1)
	}];
	throw new UserError(`${file} is no export (.tar.gz) and no ${RESULT$1}`);
}
async function firstBytes(file) {
	await using handle = await open(file, "r");
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
	return buffer.subarray(0, bytesRead);
}
/** Its path in a store, also where everything lies in one folder more; null for everything else. */
function archivedAs(entry) {
	const name = entry.replace(/^\.\//, "");
	return [name, /^[^/]+\/(.*)$/s.exec(name)?.[1] ?? name].find(isStoredName) ?? null;
}
function isStoredName(name) {
	return STORED.test(name) && parseStoredPath(name) !== null;
}
async function fromArchive(file) {
	const blob = await openAsBlob(file);
	try {
		return (await readTarGz(blob.stream(), {
			what: file,
			...LIMITS
		}, archivedAs)).map((raw) => ({
			source: `${file}: ${raw.path}`,
			raw
		}));
	} catch (error) {
		if (error instanceof TooLarge) throw new UserError(`${error.message}, which no history needs; nothing was imported`);
		throw new UserError(`${file} cannot be unpacked: ${describeError(error) || "it is damaged"}; nothing was imported`);
	}
}
// src/commands/baselines-write.ts
/** `baselines prune` and `import`: change what a store holds, never a file in it. */
/** Files of one step of progress. */
const STEP = 100;
async function prune(options, { signal }) {
	const { olderThan, keep, broken } = options;
	if (!broken && olderThan === void 0 && keep === void 0) throw new UserError("say what may go: --older-than 180d, --keep 100, or --broken");
	const store = await openStore(options, signal);
	const files = options.runner === void 0 ? await filesOf(store, null) : await ofRunner(store, options.runner);
	const rule = {
		olderThanDays: olderThan ?? null,
		keep: keep ?? KEEP,
		runner: options.runner ?? null,
		broken
	};
	const plan = planPrune(files, rule, /* @__PURE__ */ new Date());
	print(pruneText(plan, rule.keep));
	const paths = plan.remove.map((file) => file.path);
	if (paths.length === 0) return EXIT.passed;
	if (!options.yes) {
		print(`Nothing was removed from ${store.describe()}: add --yes to remove them.\n`);
		return EXIT.passed;
	}
	const { removed, warning } = await store.remove(paths, `Prune ${counted(paths.length, "file")}`);
	if (warning !== null) throw new UserError(warning);
	print(`Removed ${counted(removed.length, "file")} from ${store.describe()}.\n`);
	return EXIT.passed;
}
async function importFrom(source, options, { signal }) {
	const found = await readImport(path.resolve(source));
	if (options.baseline === void 0) await localFolder(process.cwd());
	const store = await openStore(options, signal);
	const plan = planImport(found, await filesOf(store, null));
	const taken = [...plan.taken];
	let added = 0;
	for (let start = 0; start < plan.add.length; start += STEP) {
		signal.throwIfAborted();
		const part = plan.add.slice(start, start + STEP);
		if (plan.add.length > STEP) note(`storing ${start + part.length} of ${plan.add.length}`);
		const done = await store.add(part, `Import ${counted(part.length, "file")}`);
		added += done.added.length;
		taken.push(...done.taken);
		if (done.warning !== null) throw new UserError(`${counted(added, "file")} stored, then: ${done.warning}`);
	}
	for (const { source: where, fault } of plan.refused) note(`refused: ${where}: ${fault}`);
	for (const file of taken) note(`conflict: ${file} holds another result already, which stays`);
	const rest = [
		...plan.present.length > 0 ? [`${plan.present.length} there already`] : [],
		...taken.length > 0 ? [`${taken.length} in conflict`] : [],
		...plan.refused.length > 0 ? [`${plan.refused.length} refused`] : []
	];
	print(`${[`${counted(added, "file")} added to ${store.describe()}`, ...rest].join(", ")}.\n`);
	return taken.length + plan.refused.length === 0 ? EXIT.passed : EXIT.failed;
}
// src/commands/baselines.ts
/** `finetune-bench baselines`: look after the stored results of every runner. */
function addBaselines(program, context) {
	const baselines = program.command("baselines").description("look after stored results: list, show, prune, export, import");
	const sub = (name, description, own = "0 done") => baselines.command(name).description(description).addHelpText("after", exitStatuses(own)).option("--baseline <place>", "dir:PATH or branch:NAME (default: dir:.finetune-bench/baselines)");
	const finish = async (work) => {
		try {
			context.finish(await work);
		} catch (error) {
			if (!context.signal.aborted) throw error;
			note("interrupted; what was stored or removed so far stays so");
			context.finish(EXIT.interrupted);
		}
	};
	sub("list", "every runner with its jobs, benchmarks and age").option("--json", "as JSON", false).action((options) => finish(list$1(options, context)));
	sub("show", "the series of one runner: every value, and what changed between them").argument("<runner>", "runner key").option("--benchmark <id>", "this benchmark only").option("--metric <name>", "this metric only (default: every judged one)").option("--last <count>", "newest jobs of each series to show", wholeNumber$1, KEEP).option("--json", "as JSON, with every job", false).action((runner, options) => finish(show(runner, options, context)));
	sub("prune", "remove old results that no series in use rests on; shows them, and removes with --yes").option("--older-than <duration>", "only what is older, such as 180d", days).option("--keep <count>", `newest jobs that stay, of every runner and every series in use (default: ${KEEP})`, count).option("--runner <runner>", "of this runner only").option("--broken", "in place of old results: files that no version can read", false).option("--yes", "remove them", false).action((options) => finish(prune(options, context)));
	sub("export", "write all results to one .tar.gz, laid out like a folder of baselines").argument("<file>", "a new file, .tar.gz").option("--runner <runner>", "of this runner only").action((file, options) => finish(exportTo(file, options, context)));
	sub("import", "add results from an export, a folder of baselines or the folder of an artifact", "0 all is stored, 1 something was refused or conflicts").argument("<source>", "file or folder").action((source, options) => finish(importFrom(source, options, context)));
}
function wholeNumber$1(text) {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("It must be a whole number from 1.");
	return value;
}
function count(text) {
	return text === "0" ? 0 : wholeNumber$1(text);
}
function days(text) {
	const seconds = parseDuration(text);
	if (seconds === null) throw new InvalidArgumentError("It must be a duration such as 180d.");
	return seconds / DAY_S;
}
// src/core/init-files.ts
/** Foreign words stand in comments only, each on one line. */
function comment(text) {
	return `# ${text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim()}`;
}
function suiteText({ machine, backends, benchmarks, others, program, schemaUrl }) {
	return `${[
		...schemaUrl === null ? [] : [`# yaml-language-server: $schema=${schemaUrl}`],
		"# What finetune-bench measures in this repository. `finetune-bench validate` explains mistakes, `finetune-bench run`",
		"# measures here, and the workflow beside it in every pull request.",
		comment(`Written on ${machine}: without \`backends\` a benchmark runs on ${backends.join(" and ")} there.`),
		"version: 1",
		"repeats: 3 # runs of every benchmark, each a process of its own",
		"judge: # these are the defaults; leave out what you do not change",
		"  min-effect: 2% # smallest change worth a verdict",
		"  max-tolerated: 5% # slow-down that \"no change\" must rule out",
		"  confirm: auto # run base and head in pairs where the history does not clear a benchmark; or never",
		"benchmarks:",
		...benchmarks.flatMap(({ workload, summary, size, rows, why }) => [
			`  ${comment(`${summary}.`)}`,
			`  - workload: ${workload}`,
			"    preset: strict",
			`    size: ${size} ${comment(why)}`,
			...rows === null ? [] : [`    set: { rows: ${rows} } # fewer than its own, so that pairs fit into the time budget`]
		]),
		...others.length === 0 ? [] : ["  # Other workloads, tiny in seconds, real as published (docs/workloads/):"],
		...others.map(({ workload, summary }) => `  # - { workload: ${workload}, size: tiny } ${comment(summary)}`),
		...ownProgram(program ?? EXAMPLE, backends)
	].join("\n")}\n`;
}
const EXAMPLE = {
	command: ["python", "train.py"],
	requirements: "requirements.txt"
};
/** Commented out: a program that does not write events yet would only fail. */
function ownProgram({ command, requirements }, backends) {
	const backend = backends.find((name) => name.startsWith("torch-")) ?? backends[0] ?? "torch-cpu";
	return [
		"  # Your own program, once it writes one line a step to the file named by FINETUNE_BENCH_EVENTS (docs/protocol.md):",
		"  # - name: my-training",
		`  #   command: [${command.map((word) => JSON.stringify(word)).join(", ")}]`,
		...requirements === null ? [] : [`  #   requirements: ${requirements}`],
		`  #   backends: [${backend}] # what it trains on`,
		"  #   timeout: 10m"
	];
}
const PLACEHOLDER = /OWNER\/finetune-bench@0{40} # v\S+/g;
/** The shipped file with what is known put in, and with what is left to do in its comment. */
function workflowText(template, { labels, branch, action }) {
	const ready = template.replaceAll("runs-on: [self-hosted]", () => `runs-on: [${labels.map(scalar).join(", ")}]`).replace("branches: [main]", () => `branches: [${scalar(branch)}]`);
	return action === null ? ready : ready.replaceAll(PLACEHOLDER, () => action);
}
/** A name as it may stand in a YAML list. */
function scalar(text) {
	return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text) ? text : JSON.stringify(text);
}
/** The labels every self-hosted runner of such a machine has by itself. */
function runnerLabels(os, arch) {
	return [
		"self-hosted",
		{
			linux: "Linux",
			macos: "macOS",
			windows: "Windows"
		}[os],
		/^(?:arm64|aarch64)$/i.test(arch) ? "ARM64" : "X64"
	];
}
/** `owner/name` of an address on GitHub as git knows it; null for any other. */
function gitHubRepository(remote) {
	return /^(?:https:\/\/(?:[^@/]+@)?github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(remote)?.[1] ?? null;
}
// src/io/init-facts.ts
/** What `init` finds out by itself: the machine, the repository, its default branch, its programs, and this program's own release. */
/** Of the device's memory: room for the driver, the framework, and what the estimate forgets. */
const SHARE_OF_MEMORY = .7;
/** A run of this many seconds leaves time for pairs within the usual budget. */
const LONGEST_RUN_S = 180;
/** The repository around a folder, or the folder itself where there is none. */
async function readRepository(cwd) {
	const git = gitAt(cwd, { workspace: false });
	const root = await git.query("rev-parse", "--show-toplevel");
	return {
		folder: root ?? cwd,
		isGit: root !== null,
		branch: await defaultBranch(git)
	};
}
/** As the remote names it, else a branch of the usual names, else the one that is checked out. */
async function defaultBranch(git) {
	const remote = await git.query("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD");
	if (remote !== null) return remote.replace(/^origin\//, "");
	for (const name of ["main", "master"]) if (await git.query("rev-parse", "--verify", "--quiet", `refs/heads/${name}`) !== null) return name;
	return await git.query("symbolic-ref", "--quiet", "--short", "HEAD") ?? "main";
}
async function readSuiteFacts(probe, repository, harness) {
	const backends = automaticBackends(probe);
	const benchmarks = [];
	const { workloads } = shippedCatalogue();
	for (const entry of parseSuite(BUILTIN_SUITES["builtin:quick"] ?? "", "builtin:quick").benchmarks) {
		if (!("workload" in entry)) continue;
		const summary = workloads.find(({ name }) => name === entry.workload)?.summary ?? entry.workload;
		benchmarks.push({
			workload: entry.workload,
			summary,
			...await sizeFor(entry, probe, harness)
		});
	}
	const { owner } = await ownRelease(harness.folder);
	return {
		machine: `${deviceName(probe)}, ${memoryText(probe.machine.memory_bytes)}`,
		backends,
		benchmarks,
		others: workloads.filter(({ name }) => benchmarks.every(({ workload }) => workload !== name)).filter(({ backends: offered }) => backends.some((backend) => offered[backend]?.includes("tiny"))).map(({ name, summary }) => ({
			workload: name,
			summary
		})),
		program: await trainingProgram(repository.folder),
		schemaUrl: owner === null ? null : `https://raw.githubusercontent.com/${owner.name}/${owner.sha}/schema/suite.schema.json`
	};
}
/** The real size where there is an accelerator that it fits, with fewer rows where it is slow; else the tiny one. */
async function sizeFor(entry, probe, harness) {
	const [backend] = automaticBackends(probe);
	const isAccelerated = probe.backends.some((known) => known.backend === backend && known.accelerated);
	if (backend === void 0 || !isAccelerated) return tiny("seconds on two processor cores; or real");
	await using scratch = await scratchFolder();
	const estimate = await estimateRun(harness, {
		...entry,
		size: "real"
	}, backend, scratch.path);
	if (estimate === null || estimate.memory_bytes === null) return tiny("or real");
	const { seconds, memory_bytes: needed } = estimate;
	if (needed > Math.min(...probe.accelerators.map((one) => one.memory_bytes ?? probe.machine.memory_bytes)) * SHARE_OF_MEMORY) return tiny(`real takes ${formatValue(needed, "B")} of memory`);
	const rows = seconds > LONGEST_RUN_S ? rowsFor(entry.workload, LONGEST_RUN_S / seconds) : null;
	const about = formatDuration(rows === null ? seconds : LONGEST_RUN_S);
	return {
		size: "real",
		rows,
		why: `${formatValue(needed, "B")} of memory, about ${about} a run; or tiny`
	};
}
function tiny(why) {
	return {
		size: "tiny",
		rows: null,
		why
	};
}
/** A share of the rows of the real size, in whole tens; null where a workload has no rows. */
function rowsFor(name, share) {
	const own = shippedCatalogue().workloads.find((known) => known.name === name)?.hyperparameters.find((known) => known.name === "rows")?.default.real;
	return typeof own === "number" ? Math.max(10, Math.floor(own * share / 10) * 10) : null;
}
const TRAINING = /^(?:train|finetune|fine_tune|sft|lora)(?:ing)?\.py$/;
/** Exactly one file that is plainly a training program; of several nobody knows which is meant. */
async function trainingProgram(folder) {
	const names = await readdir(folder);
	const [program, ...others] = names.filter((name) => TRAINING.test(name));
	if (program === void 0 || others.length > 0) return null;
	return {
		command: ["python", program],
		requirements: names.includes("requirements.txt") ? "requirements.txt" : null
	};
}
async function readWorkflowFacts(probe, repository, harness) {
	const { owner } = await ownRelease(harness);
	return {
		labels: runnerLabels(probe.machine.os, probe.machine.arch),
		branch: repository.branch,
		action: owner === null ? null : `${owner.name}@${owner.sha} # v${VERSION}`
	};
}
async function ownRelease(harness) {
	const root = path.dirname(harness);
	if (!await exists(path.join(root, ".git"))) return { owner: null };
	const git = gitAt(root, { workspace: false });
	const [remote, sha] = [await git.query("remote", "get-url", "origin"), await git.query("rev-parse", "HEAD")];
	const name = gitHubRepository(remote ?? "");
	return { owner: name === null || !/^[0-9a-f]{40}$/.test(sha ?? "") ? null : {
		name,
		sha: sha ?? ""
	} };
}
/** The workflow file for one runner that this program ships with. */
async function readTemplate(harness) {
	return readFile(path.join(path.dirname(harness), "workflows", "finetune-bench.yml"), "utf8");
}
async function exists(file) {
	return stat(file).then(() => true, () => false);
}
// src/commands/init.ts
/** `finetune-bench init`: writes a suite file and a workflow that fit this machine and this repository, asking nothing. */
const WORKFLOW = path.join(".github", "workflows", "finetune-bench.yml");
function addInit(program, context) {
	program.command("init").description("write a suite file and a workflow that fit this machine; files that are there stay as they are").option("--dry-run", "print both and write nothing", false).addHelpText("after", exitStatuses("0 both files are there")).action(async (options) => context.finish(await init(options, context)));
}
async function init({ dryRun }, { harness, signal }) {
	const { env } = process;
	const repository = await readRepository(process.cwd());
	const python = await findPython({
		env,
		signal
	});
	const salt = path.basename(repository.folder);
	const probe = await probeMachine({
		python: python.executable,
		harness,
		salt,
		env,
		signal
	});
	const suite = await readSuiteFacts(probe, repository, harnessUnder({
		harness,
		cache: cacheFolder(env),
		env,
		signal
	}, python.executable));
	const workflow = await readWorkflowFacts(probe, repository, harness);
	const files = [{
		name: DEFAULT_SUITE,
		text: suiteText(suite)
	}, {
		name: WORKFLOW,
		text: workflowText(await readTemplate(harness), workflow)
	}];
	say(`machine: ${terminalText(suite.machine)}; runs ${suite.backends.join(", ") || "no backend"}`);
	say(`default branch: ${terminalText(workflow.branch)}; runner labels: ${workflow.labels.join(", ")}`);
	for (const { name, text } of files) if (dryRun) say(`\n--- ${name}\n${text}`);
	else say(await writeNew(path.join(repository.folder, name), text, name));
	if (!dryRun) for (const line of next(workflow.action !== null, repository.isGit)) say(line);
	return EXIT.passed;
}
function say(line) {
	process.stdout.write(`${line}\n`);
}
async function writeNew(file, text, name) {
	try {
		await makeFolder(path.dirname(file));
		await writeFile(file, text, { flag: "wx" });
		return `wrote ${name}`;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return `left ${name} as it is`;
		throw new UserError(`${file} cannot be written`, { cause: error });
	}
}
function next(isPinned, isGit) {
	return [
		"",
		"next:",
		...[
			...isGit ? [] : ["git init, as this folder is no git repository yet"],
			"finetune-bench run, to measure here with this suite",
			...isPinned ? [] : [`in ${WORKFLOW}: the action's repository and the commit to run, that of the newest release or of main, in place of the zeros`],
			`in ${WORKFLOW}: other labels under runs-on, if this machine is not the runner or has labels of its own`,
			"a pull request with both files; when it is merged, the push to the default branch records the baseline"
		].map((step, index) => `  ${index + 1}. ${step}`)
	];
}
/** Of one run. JSON has no word for NaN: null and the texts stand for a run that gave no usable number. */
const valueSchema = union([
	number(),
	_null(),
	_enum([
		"NaN",
		"Infinity",
		"-Infinity"
	])
], { error: ({ input }) => unlessMissing(input, "must be a number, or null, \"NaN\", \"Infinity\" or \"-Infinity\" where a run gave none") });
const sampleSchema = object({ value: valueSchema });
const repeatsSchema = array(sampleSchema);
const commitSchema = string().nullish();
const metricSchema = object({
	name: string(),
	unit: string(),
	direction: directionSchema,
	class: _enum([
		"throughput",
		"memory",
		"loss"
	])
});
/** One candidate with its history. Keys that are not listed are allowed and not read. */
const decideCaseSchema = object({
	id: string(),
	/** Cases that share it are one report: Holm's adjustment runs over their speeds. */
	report: string().nullish(),
	metric: metricSchema,
	/** Stored jobs, oldest first. */
	history: array(object({
		commit: commitSchema,
		fingerprint: string(),
		repeats: repeatsSchema
	})),
	/** Hash of what measured the candidate: the machine and its software. */
	fingerprint: string(),
	candidate: object({ repeats: repeatsSchema }),
	/** The n-th runs of both sides are one pair, run interleaved in the job of the candidate. */
	paired: object({
		base: repeatsSchema,
		head: repeatsSchema,
		order: string().nullish()
	}).nullish(),
	/** How many pairs may be looked at; left out: all that are there. */
	paired_budget: int().nonnegative().nullish()
});
const changePointsCaseSchema = object({
	id: string(),
	metric: metricSchema,
	/** Of the default branch, oldest first; a value is the mean of a job's runs or the like. */
	series: array(object({
		commit: commitSchema,
		value: valueSchema,
		fingerprint: string().default("")
	}))
});
/** The whole file, with the cases left unread: a malformed one must not cost the others their verdict. */
const judgeFileSchema = object({
	protocol: literal(1),
	kind: _enum(["decide", "changepoints"]),
	cases: array(unknown())
});
discriminatedUnion("kind", [judgeFileSchema.extend({
	kind: literal("decide"),
	cases: array(decideCaseSchema)
}), judgeFileSchema.extend({
	kind: literal("changepoints"),
	cases: array(changePointsCaseSchema)
})]);
const verdictRowSchema = strictObject({
	id: string(),
	verdict: verdictSchema.extract([
		"regression",
		"improvement",
		"no-change",
		"inconclusive"
	]),
	/** Relative change of the metric's own value: −0.05 is 5 % less. Null where nothing could be compared. */
	effect: number().nullable(),
	/** 99 % interval of `effect`; null where no test is made: of memory and of a loss. */
	ci: tuple([number(), number()]).nullable(),
	/** Pairs the verdict rests on; 0: on the history. */
	pairs_used: int().nonnegative(),
	/** Pairs in all that could decide it, were the budget larger; 0: the verdict stands. */
	pairs_wanted: int().nonnegative(),
	/** A change of speed that only the history speaks for. */
	unconfirmed: boolean(),
	/** Two-sided, after Holm's adjustment over the report; null where no test is made. */
	p: number().min(0).max(1).nullable(),
	/** Of `inconclusive`: the smallest change for the worse that would have been found in four of five cases. */
	smallest_detectable: number().positive().nullable(),
	warnings: array(string())
});
const changePointsRowSchema = strictObject({
	id: string(),
	/** Of the first point of each new level, from 0. */
	indices: array(int().nonnegative()),
	/** The same of a level with fewer than four points: nobody knows yet whether it stays. */
	pending: array(int().nonnegative())
});
const faultSchema = strictObject({
	/** Place of the case in the file, from 0. */
	index: int().nonnegative(),
	/** Null where it has none. */
	id: string().nullable(),
	/** `history[2].repeats[0].value`; empty: the case itself. */
	field: string(),
	message: string()
});
const TYPE_WORDS = {
	array: "a list",
	object: "an object",
	string: "a text",
	number: "a number",
	int: "a whole number"
};
/** Of {@link z.core.$ZodErrorMap}: what is wrong with a value, in the words of somebody who writes the file. */
function inUserWords(issue) {
	switch (issue.code) {
		case "invalid_type": return unlessMissing(issue.input, `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`);
		case "invalid_value": {
			const values = issue.values.map((value) => JSON.stringify(value)).join(", ");
			return unlessMissing(issue.input, `must be ${issue.values.length === 1 ? "" : "one of "}${values}`);
		}
		case "too_small": return `must be at least ${issue.minimum}`;
		case "too_big": return `must be at most ${issue.maximum}`;
		case "custom":
		case "invalid_element":
		case "invalid_format":
		case "invalid_key":
		case "invalid_union":
		case "not_multiple_of":
		case "unrecognized_keys": return;
	}
}
function unlessMissing(input, words) {
	return input === void 0 ? `is missing: ${words}` : words;
}
union([strictObject({
	verdicts: array(verdictRowSchema),
	errors: array(faultSchema)
}), strictObject({
	changepoints: array(changePointsRowSchema),
	errors: array(faultSchema)
})]);
// src/core/judge-rows.ts
/** The same for everybody who asks: a change is at least 2 %, and "no change" rules out 5 %. */
const POLICY = {
	minEffect: .02,
	maxTolerated: .05,
	tighten: false
};
/** Whole groups of four, the last of which may be cut short. */
const INTERLEAVED = /^(?:ABBA|BAAB)+(?:AB|BA)?$/i;
const WORDS = {
	leftOut: "stored jobs with another fingerprint are left out: nothing is compared across it",
	changed: "the fingerprint is that of no stored job: nothing is compared across it, with or without pairs; leave the history out to have the pairs judged alone",
	nothing: "nothing to compare with",
	uneven: "one side of the pairs has more runs than the other: those without a partner are left out",
	order: "the pairs were not run interleaved as ABBA: what changes in the course of a job looks like a change"
};
/** Every report is a family of tests of its own; a case that names none is a report by itself. */
function verdictRows(cases) {
	const reports = Map.groupBy(cases, (given) => given.report ?? given);
	const rows = /* @__PURE__ */ new Map();
	for (const report of reports.values()) {
		const decisions = judge(report.map(caseOf), POLICY);
		for (const [index, given] of report.entries()) {
			const decision = decisions[index];
			if (decision !== void 0) rows.set(given, rowOf(given, decision));
		}
	}
	return cases.flatMap((given) => rows.get(given) ?? []);
}
function isChanged({ history, fingerprint }) {
	return history.length > 0 && history.every((job) => job.fingerprint !== fingerprint);
}
function caseOf(given) {
	const { id, metric, history, fingerprint, candidate, paired } = given;
	const runs = Math.min(paired?.base.length ?? 0, paired?.head.length ?? 0);
	const allowed = isChanged(given) ? 0 : Math.min(runs, given.paired_budget ?? runs);
	const isConfirmable = paired !== null && paired !== void 0 && allowed > 0;
	return {
		id,
		metric: {
			...metric,
			estimator: "reported",
			primary: metric.class === "throughput"
		},
		history: history.filter((job) => job.fingerprint === fingerprint).map(({ repeats }) => repeats.map(valueOf)),
		candidate: candidate.repeats.map(valueOf),
		paired: isConfirmable ? {
			base: paired.base.slice(0, allowed).map(valueOf),
			head: paired.head.slice(0, allowed).map(valueOf)
		} : null,
		isConfirmable,
		inFamily: metric.class === "throughput"
	};
}
/** Of one run, taken as it is. */
function valueOf({ value }) {
	return value === null ? NaN : Number(value);
}
/** A loss that is no number failed: of the four words, that is a change for the worse. */
function verdictOf({ verdict }) {
	if (verdict === "failed") return "regression";
	return verdict === "no-baseline" ? "inconclusive" : verdict;
}
function rowOf(given, decision) {
	return {
		id: given.id,
		verdict: verdictOf(decision),
		effect: decision.effect,
		ci: decision.interval === null ? null : [...decision.interval],
		pairs_used: decision.pairs,
		pairs_wanted: decision.wantedPairs,
		unconfirmed: decision.unconfirmed,
		p: decision.p,
		smallest_detectable: decision.smallestDetectable,
		warnings: [...remarksOn(given, decision), ...decision.warnings]
	};
}
function remarksOn(given, { verdict, reason }) {
	const { history, fingerprint, paired } = given;
	const remarks = reason === null ? [] : [reason];
	const isSome = history.some((job) => job.fingerprint !== fingerprint);
	if (isChanged(given)) remarks.push(WORDS.changed);
	else if (isSome) remarks.push(WORDS.leftOut);
	else if (verdict === "no-baseline") remarks.push(WORDS.nothing);
	if (paired !== null && paired !== void 0) {
		if (paired.base.length !== paired.head.length) remarks.push(WORDS.uneven);
		if (typeof paired.order === "string" && !INTERLEAVED.test(paired.order)) remarks.push(WORDS.order);
	}
	return remarks;
}
// src/core/judge-file.ts
/** The text of a judge file → its verdicts, or its change points; what is malformed is told and costs nothing else. */
/** Of one case: more than these tell nothing new. */
const MOST_FAULTS = 10;
/** The tokens that other programs write where JSON has no word, and the texts that must stay as they are. */
const TEXT_OR_BARE = /"(?:[^"\\]|\\[^]?)*"?|-?\b(?:Infinity|NaN)\b/g;
/** What the text of a number beyond the range of a double has. */
const HUGE = /[eE]\+?\d{3}|\d{300}/;
/** @throws UserError when the file as a whole cannot be read */
function judgeText(text) {
	const file = parseFile(text);
	if (file.kind === "changepoints") {
		const { good, errors } = parseCases(file.cases, changePointsCaseSchema);
		return {
			changepoints: good.map(changePointsOf),
			errors
		};
	}
	const { good, errors } = parseCases(file.cases, decideCaseSchema);
	return {
		verdicts: verdictRows(good),
		errors
	};
}
function parseFile(text) {
	const parsed = judgeFileSchema.safeParse(parseJson(text), { error: inUserWords });
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue === void 0 || issue.path.length === 0 ? "the file" : toDotPath(issue.path);
	throw new UserError(`${where}: ${issue?.message ?? "cannot be read"}; wanted is {"protocol": 1, "kind": "decide" or "changepoints", "cases": […]}`);
}
/** Numbers beyond the range of a double, and the bare NaN that some programs write, become their names. */
function parseJson(text) {
	const plain = text.replace(/^\uFEFF/, "");
	const reviver = HUGE.test(plain) ? named : void 0;
	try {
		return JSON.parse(plain, reviver);
	} catch (first) {
		try {
			return JSON.parse(plain.replaceAll(TEXT_OR_BARE, (token) => token.startsWith("\"") ? token : `"${token}"`), reviver);
		} catch {
			throw new UserError(`this is not JSON: ${oneLine(first)}`);
		}
	}
}
/** The parser quotes the text around the mistake, with its line ends. */
function oneLine(error) {
	return describeError(error).replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
}
function named(_key, value) {
	return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
function parseCases(cases, schema) {
	const good = [];
	const errors = [];
	for (const [index, raw] of cases.entries()) {
		const parsed = schema.safeParse(raw, { error: inUserWords });
		if (parsed.success) good.push(parsed.data);
		else {
			const id = object({ id: string() }).safeParse(raw).data?.id ?? null;
			for (const { path, message } of parsed.error.issues.slice(0, MOST_FAULTS)) errors.push({
				index,
				id,
				field: toDotPath(path),
				message
			});
		}
	}
	return {
		good,
		errors
	};
}
function changePointsOf({ id, series }) {
	const cuts = findChangePoints(series.map((point) => ({
		value: valueOf(point),
		identity: point.fingerprint
	})));
	return {
		id,
		indices: cuts.filter(({ pending }) => !pending).map(({ index }) => index),
		pending: cuts.filter(({ pending }) => pending).map(({ index }) => index)
	};
}
// src/io/judge-io.ts
/** Where `judge` reads its file from and puts its answer: never half of one. */
/** Standard input. */
const PIPE = "-";
/** @throws UserError when there is nothing to read */
async function readInput(file, signal) {
	if (file === void 0 && process.stdin.isTTY) throw new UserError("name a file to judge, or send one through standard input");
	if (file === void 0 || file === PIPE) return text(addAbortSignal(signal, process.stdin));
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		throw new UserError(`${JSON.stringify(file)} cannot be read: ${systemFault(error).message}`);
	}
}
/** Whoever reads the file meets the old answer or the new one. */
async function writeOutput(file, content) {
	if (file === void 0 || file === PIPE) {
		process.stdout.write(content);
		return;
	}
	const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
	await using cleanup = new AsyncDisposableStack();
	cleanup.defer(() => rm(temporary, { force: true }));
	try {
		await writeFile(temporary, content, { flag: "wx" });
		await rename(temporary, file);
	} catch (error) {
		throw new UserError(`${JSON.stringify(file)} cannot be written: ${systemFault(error).message}`);
	}
}
// src/io/judge-table.ts
/** The answer of `judge` for a person at a terminal. */
/** Ends with a new line. */
function renderAnswer(output) {
	return `${("verdicts" in output ? [verdictTable(output.verdicts), remarks(output.verdicts)] : [changePointTable(output.changepoints)]).filter((block) => block !== "").join("\n\n")}\n`;
}
/** For standard error: one line each. */
function faultLines(faults) {
	return faults.map(({ index, id, field, message }) => {
		const place = `case ${index + 1}${id === null ? "" : ` ${JSON.stringify(id)}`}`;
		return terminalText(`${place}: ${field === "" ? "" : `${field}: `}${message}`);
	});
}
function verdictTable(rows) {
	if (rows.length === 0) return "no case was judged";
	return bareTable([
		"case",
		"change",
		"pairs",
		"verdict"
	], rows.map((row) => [
		terminalText(row.id, 80),
		changeText$1(row),
		String(row.pairs_used),
		verdictText$1(row)
	]));
}
function changeText$1({ effect, ci }) {
	if (effect === null) return "";
	return ci === null ? formatChange(effect) : `${formatChange(effect)} (${formatInterval(ci)})`;
}
function verdictText$1({ verdict, unconfirmed, smallest_detectable: blind, pairs_wanted }) {
	if (unconfirmed) return `${verdict}, unconfirmed`;
	if (verdict !== "inconclusive") return verdict;
	return `${verdict}${blind === null ? "" : `: sees nothing below ${formatPercent(blind)}`}${pairs_wanted > 0 ? `; ${counted(pairs_wanted, "pair")} may decide it` : ""}`;
}
/** Equal ones once, with the cases they stand for. */
function remarks(rows) {
	const cases = /* @__PURE__ */ new Map();
	for (const { id, warnings } of rows) for (const warning of warnings) cases.set(warning, [...cases.get(warning) ?? [], id]);
	return [...cases].map(([warning, ids]) => {
		const where = ids.length > 3 ? counted(ids.length, "case") : ids.join(", ");
		return `  ${terminalText(where, 200)}: ${terminalText(warning)}`;
	}).join("\n");
}
function changePointTable(rows) {
	if (rows.length === 0) return "no series was searched";
	return bareTable([
		"series",
		"new level from point",
		"not sure yet"
	], rows.map(({ id, indices, pending }) => [
		terminalText(id, 80),
		indices.join(", ") || "none",
		pending.join(", ")
	]));
}
// src/commands/judge.ts
function addJudge(program, context) {
	program.command("judge").description("judge samples of any origin, or find the change points of a series: see docs/judge.md").argument("[file]", "the samples as JSON; - or nothing: standard input").option("--output <file>", "where the answer goes as JSON; - or nothing: standard output (a table on a terminal)").addHelpText("after", exitStatuses("0 all judged, 1 a case was malformed")).action(async (file, options) => context.finish(await judgeFile(file, options.output, context)));
}
async function judgeFile(file, target, { signal }) {
	const output = judgeText(await readInput(file, signal));
	await writeOutput(target, target === void 0 && process.stdout.isTTY ? renderAnswer(output) : `${JSON.stringify(output, null, 2)}\n`);
	for (const line of faultLines(output.errors)) process.stderr.write(`finetune-bench: ${line}\n`);
	return output.errors.length === 0 ? EXIT.passed : EXIT.failed;
}
// src/core/qualify-words.ts
/**
* From here on a drift over the runs is worth a word, where noise alone would not make it: three standard errors of a line
* through twenty runs. ABBA keeps it out of the verdicts.
*/
const REMARKABLE_DRIFT = .02;
const DRIFT_BESIDE_CV = 2.3;
/** A runner whose runs differ by more cannot support a usual gate. */
const NOISY_CV = .02;
/** Every benchmark measured, no false alarm, and in every one a slow-down injected and caught: what was not tried is not known. */
function isQualified({ qualification, unqualified }) {
	const { benchmarks } = qualification;
	const isSound = benchmarks.every((one) => !isFalseAlarm(one.unchanged) && one.injected?.caught === true);
	return unqualified.length === 0 && benchmarks.length > 0 && isSound;
}
function isFalseAlarm(verdict) {
	return verdict !== "no-change" && verdict !== "inconclusive";
}
/** The verdict first; then what the injected slow-down showed. */
function headlineOf(found) {
	const { benchmarks } = found.qualification;
	const worst = noisiest(benchmarks);
	if (worst === void 0) return [["This runner could not be qualified: no benchmark gave enough runs."]];
	const size = formatPercent(worst.smallest_10_pairs);
	const where = benchmarks.length === 1 ? [] : say$1` (in ${named$1(worst.benchmark)}, its noisiest benchmark)`;
	const alarms = benchmarks.filter(({ unchanged }) => isFalseAlarm(unchanged)).map(({ benchmark }) => benchmark);
	return [
		say$1`This runner detects slow-downs of ${size} and more${where}.`,
		...alarms.length === 0 ? [] : [say$1`It raised a false alarm: unchanged code was called changed in ${listed(alarms)}.`],
		...injectedSentences(benchmarks, found.slowdown)
	];
}
function noisiest(benchmarks) {
	return benchmarks.toSorted((a, b) => b.smallest_10_pairs - a.smallest_10_pairs)[0];
}
function injectedSentences(benchmarks, slowdown) {
	const size = formatPercent(slowdown);
	const tried = benchmarks.filter(({ injected }) => injected !== null);
	const untried = benchmarks.filter(({ injected }) => injected === null).map(({ benchmark }) => benchmark);
	const missed = tried.filter(({ injected }) => injected?.caught === false).map(({ benchmark }) => benchmark);
	const where = tried.length === 1 ? "" : ` in each of ${counted(tried.length, "benchmark")}`;
	const found = missed.length === 0 ? [`The gate caught an injected slow-down of ${size}${where}.`] : say$1`The gate would have missed an injected slow-down of ${size} in ${listed(missed)}.`;
	return [...tried.length === 0 ? [] : [found], ...untried.length === 0 ? [] : [say$1`No slow-down of ${size} could be injected in ${listed(untried)}: whether the gate would catch one there is not shown.`]];
}
/** What it costs, and what would help. */
function adviceOf({ qualification }) {
	const { benchmarks } = qualification;
	if (benchmarks.length === 0) return [];
	const total = (seconds) => formatDuration(benchmarks.reduce((sum, one) => sum + seconds(one), 0));
	const cost = `A pull request takes about ${total((one) => one.clear_s)} of measuring here when its benchmarks are cleared, at most ${total((one) => one.confirm_s)} when all of them are confirmed by pairs.`;
	const noisy = benchmarks.filter(({ run_cv: cv }) => cv > NOISY_CV).map(({ benchmark }) => benchmark);
	const drifting = benchmarks.filter(isDrifting).map(({ benchmark }) => benchmark);
	return [
		[cost],
		...noisy.length === 0 ? [] : [say$1`Runs of ${listed(noisy)} differ by more than ${formatPercent(NOISY_CV)}: stop other programs, fix clocks and power mode, or give each run more steps.`],
		...drifting.length === 0 ? [] : [say$1`Speed drifted while ${listed(drifting)} ran: let the machine cool or warm up; pairs are interleaved, so that it does not reach the verdicts.`]
	];
}
function isDrifting({ drift, run_cv: cv }) {
	return Math.abs(drift) > Math.max(REMARKABLE_DRIFT, DRIFT_BESIDE_CV * cv);
}
/** The same finding in several runs of one benchmark is one line. */
function disturbedRuns(benchmark, series) {
	const runs = series.flat();
	const kinds = /* @__PURE__ */ new Map();
	for (const { kind, message } of runs.flatMap(({ disturbances }) => disturbances)) {
		const known = kinds.get(kind);
		kinds.set(kind, {
			message: known?.message ?? message,
			count: (known?.count ?? 0) + 1
		});
	}
	return [...kinds.values()].map(({ message, count }) => {
		return `${benchmark}: ${message} (in ${count === runs.length ? "all" : count} of ${counted(runs.length, "run")})`;
	});
}
function movedInWords(findings) {
	return findings.filter(({ state }) => state === "moved").map(({ backend, effect, metric }) => {
		return `the machine moved, the control workload of ${backend} differs from its stored jobs${effect === null ? "" : `: ${metric?.name ?? "its speed"} ${formatChange(effect)}`}`;
	});
}
// src/io/terminal-lists.ts
/** The lists of the terminal: what is said once each, below the table. */
/** Changes to accept and lasting changes, lines each; the files hold all of them. */
const MOST = 20;
/** A sentence on one line of a terminal. */
function line$1(sentence) {
	return terminalText(plain$1(sentence), 2e3);
}
/** In the order they are shown; a list may be empty. */
function listsOf(joint) {
	const { reports } = joint;
	const each = (entriesOf, draw) => reports.flatMap((report) => {
		const where = line$1(onRunner(joint, report));
		return entriesOf(report).map((entry) => where === "" ? draw(entry) : `${draw(entry)} (${where})`);
	});
	return [
		{
			title: "Errors",
			items: each(({ failures }) => failures, failure)
		},
		acceptList(reports),
		{
			title: "Lasting changes of the default branch",
			items: each(({ change_points: points }) => points, changePoint).slice(0, MOST)
		},
		{
			title: "Disturbed runs",
			items: each(({ disturbances }) => disturbances, disturbed).slice(0, MOST)
		},
		{
			title: "Warnings",
			items: warningsOf(joint).map(warning)
		}
	];
}
/** Errors end with what matters; the whole text is in the files. */
function failure(failed) {
	const last = failed.message.trim().split("\n").at(-1) ?? "";
	const words = failureInWords(failed);
	return `${line$1(benchmarkName(failed))} ${words}${last === "" || last === words ? "" : `: ${terminalText(last)}`}`;
}
/** Indented lines to paste. YAML writes what is no plain text in quotes, so its lines hold nothing that a terminal obeys. */
function acceptList(reports) {
	const yaml = acceptLines(reports, MOST).trimEnd();
	return {
		title: `${offeredByAll(reports).length === 1 ? "Accept this change" : "Accept these changes"} (${ACCEPT_FILE})`,
		items: yaml === "" ? [] : yaml.split("\n").map((text) => indented(text))
	};
}
function indented(text) {
	const [, spaces = ""] = /^( *)/.exec(text) ?? [];
	return spaces + terminalText(text, 1e3);
}
function changePoint(point) {
	const { size, sense, interval } = sizeOf(point);
	return `${`${line$1(benchmarkName(point))}, ${line$1(metricWords(point.metric))}`}: ${size} ${sense} (${interval}) ${line$1(rangeOf(point))}; ${standingOf(point)}`;
}
function disturbed(found) {
	return `${line$1(benchmarkName(found))}, ${whichRuns(found)}: ${terminalText(found.message, 300)}`;
}
function warning({ message, where }) {
	const place = line$1(where);
	return terminalText(message) + (place === "" ? "" : ` (${place})`);
}
// src/io/terminal-tables.ts
/** The tables of the terminal, narrowed until they fit. */
function painter(colour) {
	return (style, text) => colour ? styleText(style, text, { validateStream: false }) : text;
}
/** What may be shortened or left out, one after the other, until the table is narrow enough. */
const NARROWER = [
	"everything",
	"without spreads",
	"without reasons",
	"without intervals",
	"short verdicts",
	"without base"
];
const WITH_REASON = /* @__PURE__ */ new Set(["incomparable", "failed"]);
/** Every judged metric under the name of its benchmark. */
function comparisonLines(report, look) {
	const groups = /* @__PURE__ */ new Map();
	for (const row of report.comparisons.filter(isShown)) groups.set(row.benchmark, [...groups.get(row.benchmark) ?? [], row]);
	const named = [...groups.values()].map((rows) => ({
		name: rows[0] === void 0 ? "" : terminalText(plain$1(benchmarkName(rows[0]))),
		rows
	}));
	let drawn = "";
	for (const step of NARROWER.keys()) {
		drawn = table$1(named, comparisonColumns(report, step), look);
		if (widest(drawn) <= look.width) break;
	}
	return drawn;
}
function comparisonColumns(report, step) {
	const columns = [
		{
			title: "metric",
			align: "left",
			cell: ({ metric }) => terminalText(plain$1(metricWords(metric)))
		},
		{
			title: "base",
			align: "right",
			cell: (row) => sideText(sidesOf(row).base, step < 1)
		},
		{
			title: "this run",
			align: "right",
			cell: (row) => sideText(sidesOf(row).head, step < 1)
		},
		{
			title: "change",
			align: "right",
			cell: (row) => changeText(row, step < 3)
		},
		{
			title: "verdict",
			align: "left",
			cell: (row) => verdictText(row, report, step),
			style: styleOf
		}
	];
	return step < 5 ? columns : columns.filter(({ title }) => title !== "base");
}
/** Reasons go first: the verdict sentence above the table has the worst of them already. */
function verdictText(row, report, step) {
	return (step >= 4 || step >= 2 && WITH_REASON.has(row.verdict) ? row.verdict : terminalText(plain$1(verdictOf$1(row, report)))) + informativeMark(row);
}
function sideText({ value, spread }, withSpread) {
	return terminalText(withSpread && spread !== "" ? `${value} ${spread}` : value);
}
function changeText(row, withInterval) {
	const { size, sense, interval } = changeOf(row);
	return [
		size,
		sense,
		withInterval && interval !== "" ? `(${interval})` : ""
	].filter((part) => part !== "").join(" ");
}
function styleOf(comparison) {
	const { verdict, unconfirmed } = comparison;
	if (isAccepted(comparison)) return "dim";
	switch (verdict) {
		case "failed": return "red";
		case "regression": return unconfirmed ? "yellow" : "red";
		case "improvement": return "green";
		case "incomparable":
		case "no-baseline":
		case "inconclusive": return "yellow";
		case "no-change": return "dim";
	}
}
/** MLX beside PyTorch, where both did the same work. */
function frameworkLines(pairs, look) {
	return table$1(pairs.map((pair) => ({
		name: `${terminalText(pair.title)} · ${pair.torch.backend}, ${pair.mlx.backend}`,
		rows: frameworkRows(pair)
	})), [
		{
			title: "same work",
			align: "left",
			cell: ({ name }) => name
		},
		{
			title: "PyTorch",
			align: "right",
			cell: ({ torch }) => terminalText(torch)
		},
		{
			title: "MLX",
			align: "right",
			cell: ({ mlx }) => terminalText(mlx)
		},
		{
			title: "MLX beside PyTorch",
			align: "left",
			cell: ({ ratio }) => ratio
		}
	], look);
}
const LINES = [
	"top",
	"top-mid",
	"top-left",
	"top-right",
	"bottom",
	"bottom-mid",
	"bottom-left",
	"bottom-right"
];
const MORE_LINES = [
	"left",
	"left-mid",
	"mid",
	"mid-mid",
	"right",
	"right-mid",
	"middle"
];
const NO_LINES = Object.fromEntries([...LINES, ...MORE_LINES].map((name) => [name, ""]));
/** Columns that would be empty disappear. The name of a group has a line of its own, however long it is. */
function table$1(groups, columns, { colour }) {
	const kept = columns.filter(({ cell }) => groups.some(({ rows }) => rows.some((row) => cell(row) !== "")));
	if (kept.length === 0) return "";
	const paint = painter(colour);
	const drawn = new import_cli_table3.default({
		chars: NO_LINES,
		style: {
			"padding-left": 0,
			"padding-right": 2,
			head: [],
			border: [],
			compact: true
		},
		colAligns: kept.map(({ align }) => align)
	});
	drawn.push(kept.map(({ title, align }) => paint("dim", align === "left" ? `  ${title}` : title)));
	for (const row of groups.flatMap(({ rows }) => rows)) drawn.push(kept.map(({ cell, style }, index) => {
		const text = (index === 0 ? "  " : "") + cell(row);
		return style === void 0 ? text : paint(style(row), text);
	}));
	const [head = "", ...lines] = drawn.toString().split("\n");
	return [head, ...groups.flatMap(({ name, rows }) => [paint("bold", name), ...lines.splice(0, rows.length)])].join("\n");
}
/** Of the rows; names are lines of their own. */
function widest(text) {
	const lines = stripVTControlCharacters(text).split("\n");
	return Math.max(...lines.filter((line) => line.startsWith("  ")).map((line) => line.trimEnd().length));
}
// src/io/terminal.ts
/** The report on a terminal: the verdict first, then what to do, the tables, and where the files are. */
/** Ends with a new line. No line of it can be read as a workflow command. */
function renderTerminal(joint, options) {
	const paint = painter(options.colour);
	const { reports } = joint;
	const faults = new Set(reports.flatMap(({ store_faults }) => store_faults));
	const runnerOf = ({ runner_key }) => reports.length === 1 ? "" : `${paint("bold", paint("underline", terminalText(runner_key)))}\n\n`;
	const tables = reports.map((report) => runnerOf(report) + comparisonLines(report, options));
	return `${[
		paint("bold", `${iconFor(joint)} ${line$1(joint.headline)}`),
		joint.advice.map(line$1).join("\n"),
		joint.beside.map((entry) => `- ${besideOf(entry).map(line$1).join(" ")}`).join("\n"),
		[...faults].map((fault) => terminalText(fault, 2e3)).join("\n"),
		...tables,
		sentenceCase([...believableOfJoint(joint), ...reports.length === 1 ? reports.map(qualifiedInWords) : []].map(line$1).filter((phrase) => phrase !== "").join(" · ")),
		...listsOf(joint).map(({ title, items }) => list({
			title: paint("bold", title),
			items
		})),
		frameworkLines(reports.flatMap(({ frameworks }) => frameworks), options),
		list({
			title: paint("bold", "Files"),
			items: files$1(options)
		})
	].filter((block) => block !== "").join("\n\n").replaceAll(/^(\s*)::/gm, "$1: :").replaceAll(/ +$/gm, "")}\n`;
}
function list({ title, items }) {
	return items.length === 0 ? "" : [title, ...items.map((item) => `  ${item}`)].join("\n");
}
function files$1({ results, isCollected = false }) {
	if (isCollected) return [`report   ${terminalText(results, 1e3)}`];
	return [
		`report   ${terminalText(path.join(results, "report.md"), 1e3)}`,
		`numbers  ${terminalText(path.join(results, "result.json"), 1e3)}`,
		`logs     ${terminalText(path.join(results, "runs"), 1e3)}`
	];
}
// node_modules/cli-progress/lib/eta.js
var require_eta = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	var ETA = class {
		constructor(length, initTime, initValue) {
			this.etaBufferLength = length || 100;
			this.valueBuffer = [initValue];
			this.timeBuffer = [initTime];
			this.eta = "0";
		}
		update(time, value, total) {
			this.valueBuffer.push(value);
			this.timeBuffer.push(time);
			this.calculate(total - value);
		}
		getTime() {
			return this.eta;
		}
		calculate(remaining) {
			const currentBufferSize = this.valueBuffer.length;
			const buffer = Math.min(this.etaBufferLength, currentBufferSize);
			const vt_rate = (this.valueBuffer[currentBufferSize - 1] - this.valueBuffer[currentBufferSize - buffer]) / (this.timeBuffer[currentBufferSize - 1] - this.timeBuffer[currentBufferSize - buffer]);
			this.valueBuffer = this.valueBuffer.slice(-this.etaBufferLength);
			this.timeBuffer = this.timeBuffer.slice(-this.etaBufferLength);
			const eta = Math.ceil(remaining / vt_rate / 1e3);
			if (isNaN(eta)) this.eta = "NULL";
			else if (!isFinite(eta)) this.eta = "INF";
			else if (eta > 1e7) this.eta = "INF";
			else if (eta < 0) this.eta = 0;
			else this.eta = eta;
		}
	};
	module.exports = ETA;
}));
// node_modules/cli-progress/lib/terminal.js
var require_terminal = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _readline = __require("readline");
	var Terminal = class {
		constructor(outputStream) {
			this.stream = outputStream;
			this.linewrap = true;
			this.dy = 0;
		}
		cursorSave() {
			if (!this.stream.isTTY) return;
			this.stream.write("\x1B7");
		}
		cursorRestore() {
			if (!this.stream.isTTY) return;
			this.stream.write("\x1B8");
		}
		cursor(enabled) {
			if (!this.stream.isTTY) return;
			if (enabled) this.stream.write("\x1B[?25h");
			else this.stream.write("\x1B[?25l");
		}
		cursorTo(x = null, y = null) {
			if (!this.stream.isTTY) return;
			_readline.cursorTo(this.stream, x, y);
		}
		cursorRelative(dx = null, dy = null) {
			if (!this.stream.isTTY) return;
			this.dy = this.dy + dy;
			_readline.moveCursor(this.stream, dx, dy);
		}
		cursorRelativeReset() {
			if (!this.stream.isTTY) return;
			_readline.moveCursor(this.stream, 0, -this.dy);
			_readline.cursorTo(this.stream, 0, null);
			this.dy = 0;
		}
		clearRight() {
			if (!this.stream.isTTY) return;
			_readline.clearLine(this.stream, 1);
		}
		clearLine() {
			if (!this.stream.isTTY) return;
			_readline.clearLine(this.stream, 0);
		}
		clearBottom() {
			if (!this.stream.isTTY) return;
			_readline.clearScreenDown(this.stream);
		}
		newline() {
			this.stream.write("\n");
			this.dy++;
		}
		write(s, rawWrite = false) {
			if (this.linewrap === true && rawWrite === false) this.stream.write(s.substr(0, this.getWidth()));
			else this.stream.write(s);
		}
		lineWrapping(enabled) {
			if (!this.stream.isTTY) return;
			this.linewrap = enabled;
			if (enabled) this.stream.write("\x1B[?7h");
			else this.stream.write("\x1B[?7l");
		}
		isTTY() {
			return this.stream.isTTY === true;
		}
		getWidth() {
			return this.stream.columns || (this.stream.isTTY ? 80 : 200);
		}
	};
	module.exports = Terminal;
}));
// node_modules/cli-progress/node_modules/ansi-regex/index.js
var require_ansi_regex = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = ({ onlyFirst = false } = {}) => {
		const pattern = ["[\\u001B\\u009B][[\\]()#;?]*(?:(?:(?:(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]+)*|[a-zA-Z\\d]+(?:;[-a-zA-Z\\d\\/#&.:=?%@~_]*)*)?\\u0007)", "(?:(?:\\d{1,4}(?:;\\d{0,4})*)?[\\dA-PR-TZcf-ntqry=><~]))"].join("|");
		return new RegExp(pattern, onlyFirst ? void 0 : "g");
	};
}));
// node_modules/cli-progress/node_modules/strip-ansi/index.js
var require_strip_ansi = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const ansiRegex = require_ansi_regex();
	module.exports = (string) => typeof string === "string" ? string.replace(ansiRegex(), "") : string;
}));
// node_modules/cli-progress/node_modules/emoji-regex/index.js
var require_emoji_regex = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function() {
		return /\uD83C\uDFF4\uDB40\uDC67\uDB40\uDC62(?:\uDB40\uDC65\uDB40\uDC6E\uDB40\uDC67|\uDB40\uDC73\uDB40\uDC63\uDB40\uDC74|\uDB40\uDC77\uDB40\uDC6C\uDB40\uDC73)\uDB40\uDC7F|\uD83D\uDC68(?:\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68\uD83C\uDFFB|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFE])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D)?\uD83D\uDC68|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D[\uDC68\uDC69])\u200D(?:\uD83D[\uDC66\uDC67])|[\u2695\u2696\u2708]\uFE0F|\uD83D[\uDC66\uDC67]|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|(?:\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708])\uFE0F|\uD83C\uDFFB\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C[\uDFFB-\uDFFF])|(?:\uD83E\uDDD1\uD83C\uDFFB\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)\uD83C\uDFFB|\uD83E\uDDD1(?:\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1)|(?:\uD83E\uDDD1\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFF\u200D\uD83E\uDD1D\u200D(?:\uD83D[\uDC68\uDC69]))(?:\uD83C[\uDFFB-\uDFFE])|(?:\uD83E\uDDD1\uD83C\uDFFC\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB\uDFFC])|\uD83D\uDC69(?:\uD83C\uDFFE\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB-\uDFFD\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFC\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFD-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFB\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFC-\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFD\u200D(?:\uD83E\uDD1D\u200D\uD83D\uDC68(?:\uD83C[\uDFFB\uDFFC\uDFFE\uDFFF])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\u200D(?:\u2764\uFE0F\u200D(?:\uD83D\uDC8B\u200D(?:\uD83D[\uDC68\uDC69])|\uD83D[\uDC68\uDC69])|\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD])|\uD83C\uDFFF\u200D(?:\uD83C[\uDF3E\uDF73\uDF93\uDFA4\uDFA8\uDFEB\uDFED]|\uD83D[\uDCBB\uDCBC\uDD27\uDD2C\uDE80\uDE92]|\uD83E[\uDDAF-\uDDB3\uDDBC\uDDBD]))|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67]))|(?:\uD83E\uDDD1\uD83C\uDFFD\u200D\uD83E\uDD1D\u200D\uD83E\uDDD1|\uD83D\uDC69\uD83C\uDFFE\u200D\uD83E\uDD1D\u200D\uD83D\uDC69)(?:\uD83C[\uDFFB-\uDFFD])|\uD83D\uDC69\u200D\uD83D\uDC66\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC69\u200D(?:\uD83D[\uDC66\uDC67])|(?:\uD83D\uDC41\uFE0F\u200D\uD83D\uDDE8|\uD83D\uDC69(?:\uD83C\uDFFF\u200D[\u2695\u2696\u2708]|\uD83C\uDFFE\u200D[\u2695\u2696\u2708]|\uD83C\uDFFC\u200D[\u2695\u2696\u2708]|\uD83C\uDFFB\u200D[\u2695\u2696\u2708]|\uD83C\uDFFD\u200D[\u2695\u2696\u2708]|\u200D[\u2695\u2696\u2708])|(?:(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)\uFE0F|\uD83D\uDC6F|\uD83E[\uDD3C\uDDDE\uDDDF])\u200D[\u2640\u2642]|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:(?:\uD83C[\uDFFB-\uDFFF])\u200D[\u2640\u2642]|\u200D[\u2640\u2642])|\uD83C\uDFF4\u200D\u2620)\uFE0F|\uD83D\uDC69\u200D\uD83D\uDC67\u200D(?:\uD83D[\uDC66\uDC67])|\uD83C\uDFF3\uFE0F\u200D\uD83C\uDF08|\uD83D\uDC15\u200D\uD83E\uDDBA|\uD83D\uDC69\u200D\uD83D\uDC66|\uD83D\uDC69\u200D\uD83D\uDC67|\uD83C\uDDFD\uD83C\uDDF0|\uD83C\uDDF4\uD83C\uDDF2|\uD83C\uDDF6\uD83C\uDDE6|[#\*0-9]\uFE0F\u20E3|\uD83C\uDDE7(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEF\uDDF1-\uDDF4\uDDF6-\uDDF9\uDDFB\uDDFC\uDDFE\uDDFF])|\uD83C\uDDF9(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDED\uDDEF-\uDDF4\uDDF7\uDDF9\uDDFB\uDDFC\uDDFF])|\uD83C\uDDEA(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDED\uDDF7-\uDDFA])|\uD83E\uDDD1(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF7(?:\uD83C[\uDDEA\uDDF4\uDDF8\uDDFA\uDDFC])|\uD83D\uDC69(?:\uD83C[\uDFFB-\uDFFF])|\uD83C\uDDF2(?:\uD83C[\uDDE6\uDDE8-\uDDED\uDDF0-\uDDFF])|\uD83C\uDDE6(?:\uD83C[\uDDE8-\uDDEC\uDDEE\uDDF1\uDDF2\uDDF4\uDDF6-\uDDFA\uDDFC\uDDFD\uDDFF])|\uD83C\uDDF0(?:\uD83C[\uDDEA\uDDEC-\uDDEE\uDDF2\uDDF3\uDDF5\uDDF7\uDDFC\uDDFE\uDDFF])|\uD83C\uDDED(?:\uD83C[\uDDF0\uDDF2\uDDF3\uDDF7\uDDF9\uDDFA])|\uD83C\uDDE9(?:\uD83C[\uDDEA\uDDEC\uDDEF\uDDF0\uDDF2\uDDF4\uDDFF])|\uD83C\uDDFE(?:\uD83C[\uDDEA\uDDF9])|\uD83C\uDDEC(?:\uD83C[\uDDE6\uDDE7\uDDE9-\uDDEE\uDDF1-\uDDF3\uDDF5-\uDDFA\uDDFC\uDDFE])|\uD83C\uDDF8(?:\uD83C[\uDDE6-\uDDEA\uDDEC-\uDDF4\uDDF7-\uDDF9\uDDFB\uDDFD-\uDDFF])|\uD83C\uDDEB(?:\uD83C[\uDDEE-\uDDF0\uDDF2\uDDF4\uDDF7])|\uD83C\uDDF5(?:\uD83C[\uDDE6\uDDEA-\uDDED\uDDF0-\uDDF3\uDDF7-\uDDF9\uDDFC\uDDFE])|\uD83C\uDDFB(?:\uD83C[\uDDE6\uDDE8\uDDEA\uDDEC\uDDEE\uDDF3\uDDFA])|\uD83C\uDDF3(?:\uD83C[\uDDE6\uDDE8\uDDEA-\uDDEC\uDDEE\uDDF1\uDDF4\uDDF5\uDDF7\uDDFA\uDDFF])|\uD83C\uDDE8(?:\uD83C[\uDDE6\uDDE8\uDDE9\uDDEB-\uDDEE\uDDF0-\uDDF5\uDDF7\uDDFA-\uDDFF])|\uD83C\uDDF1(?:\uD83C[\uDDE6-\uDDE8\uDDEE\uDDF0\uDDF7-\uDDFB\uDDFE])|\uD83C\uDDFF(?:\uD83C[\uDDE6\uDDF2\uDDFC])|\uD83C\uDDFC(?:\uD83C[\uDDEB\uDDF8])|\uD83C\uDDFA(?:\uD83C[\uDDE6\uDDEC\uDDF2\uDDF3\uDDF8\uDDFE\uDDFF])|\uD83C\uDDEE(?:\uD83C[\uDDE8-\uDDEA\uDDF1-\uDDF4\uDDF6-\uDDF9])|\uD83C\uDDEF(?:\uD83C[\uDDEA\uDDF2\uDDF4\uDDF5])|(?:\uD83C[\uDFC3\uDFC4\uDFCA]|\uD83D[\uDC6E\uDC71\uDC73\uDC77\uDC81\uDC82\uDC86\uDC87\uDE45-\uDE47\uDE4B\uDE4D\uDE4E\uDEA3\uDEB4-\uDEB6]|\uD83E[\uDD26\uDD37-\uDD39\uDD3D\uDD3E\uDDB8\uDDB9\uDDCD-\uDDCF\uDDD6-\uDDDD])(?:\uD83C[\uDFFB-\uDFFF])|(?:\u26F9|\uD83C[\uDFCB\uDFCC]|\uD83D\uDD75)(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u261D\u270A-\u270D]|\uD83C[\uDF85\uDFC2\uDFC7]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66\uDC67\uDC6B-\uDC6D\uDC70\uDC72\uDC74-\uDC76\uDC78\uDC7C\uDC83\uDC85\uDCAA\uDD74\uDD7A\uDD90\uDD95\uDD96\uDE4C\uDE4F\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1C\uDD1E\uDD1F\uDD30-\uDD36\uDDB5\uDDB6\uDDBB\uDDD2-\uDDD5])(?:\uD83C[\uDFFB-\uDFFF])|(?:[\u231A\u231B\u23E9-\u23EC\u23F0\u23F3\u25FD\u25FE\u2614\u2615\u2648-\u2653\u267F\u2693\u26A1\u26AA\u26AB\u26BD\u26BE\u26C4\u26C5\u26CE\u26D4\u26EA\u26F2\u26F3\u26F5\u26FA\u26FD\u2705\u270A\u270B\u2728\u274C\u274E\u2753-\u2755\u2757\u2795-\u2797\u27B0\u27BF\u2B1B\u2B1C\u2B50\u2B55]|\uD83C[\uDC04\uDCCF\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE1A\uDE2F\uDE32-\uDE36\uDE38-\uDE3A\uDE50\uDE51\uDF00-\uDF20\uDF2D-\uDF35\uDF37-\uDF7C\uDF7E-\uDF93\uDFA0-\uDFCA\uDFCF-\uDFD3\uDFE0-\uDFF0\uDFF4\uDFF8-\uDFFF]|\uD83D[\uDC00-\uDC3E\uDC40\uDC42-\uDCFC\uDCFF-\uDD3D\uDD4B-\uDD4E\uDD50-\uDD67\uDD7A\uDD95\uDD96\uDDA4\uDDFB-\uDE4F\uDE80-\uDEC5\uDECC\uDED0-\uDED2\uDED5\uDEEB\uDEEC\uDEF4-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])|(?:[#\*0-9\xA9\xAE\u203C\u2049\u2122\u2139\u2194-\u2199\u21A9\u21AA\u231A\u231B\u2328\u23CF\u23E9-\u23F3\u23F8-\u23FA\u24C2\u25AA\u25AB\u25B6\u25C0\u25FB-\u25FE\u2600-\u2604\u260E\u2611\u2614\u2615\u2618\u261D\u2620\u2622\u2623\u2626\u262A\u262E\u262F\u2638-\u263A\u2640\u2642\u2648-\u2653\u265F\u2660\u2663\u2665\u2666\u2668\u267B\u267E\u267F\u2692-\u2697\u2699\u269B\u269C\u26A0\u26A1\u26AA\u26AB\u26B0\u26B1\u26BD\u26BE\u26C4\u26C5\u26C8\u26CE\u26CF\u26D1\u26D3\u26D4\u26E9\u26EA\u26F0-\u26F5\u26F7-\u26FA\u26FD\u2702\u2705\u2708-\u270D\u270F\u2712\u2714\u2716\u271D\u2721\u2728\u2733\u2734\u2744\u2747\u274C\u274E\u2753-\u2755\u2757\u2763\u2764\u2795-\u2797\u27A1\u27B0\u27BF\u2934\u2935\u2B05-\u2B07\u2B1B\u2B1C\u2B50\u2B55\u3030\u303D\u3297\u3299]|\uD83C[\uDC04\uDCCF\uDD70\uDD71\uDD7E\uDD7F\uDD8E\uDD91-\uDD9A\uDDE6-\uDDFF\uDE01\uDE02\uDE1A\uDE2F\uDE32-\uDE3A\uDE50\uDE51\uDF00-\uDF21\uDF24-\uDF93\uDF96\uDF97\uDF99-\uDF9B\uDF9E-\uDFF0\uDFF3-\uDFF5\uDFF7-\uDFFF]|\uD83D[\uDC00-\uDCFD\uDCFF-\uDD3D\uDD49-\uDD4E\uDD50-\uDD67\uDD6F\uDD70\uDD73-\uDD7A\uDD87\uDD8A-\uDD8D\uDD90\uDD95\uDD96\uDDA4\uDDA5\uDDA8\uDDB1\uDDB2\uDDBC\uDDC2-\uDDC4\uDDD1-\uDDD3\uDDDC-\uDDDE\uDDE1\uDDE3\uDDE8\uDDEF\uDDF3\uDDFA-\uDE4F\uDE80-\uDEC5\uDECB-\uDED2\uDED5\uDEE0-\uDEE5\uDEE9\uDEEB\uDEEC\uDEF0\uDEF3-\uDEFA\uDFE0-\uDFEB]|\uD83E[\uDD0D-\uDD3A\uDD3C-\uDD45\uDD47-\uDD71\uDD73-\uDD76\uDD7A-\uDDA2\uDDA5-\uDDAA\uDDAE-\uDDCA\uDDCD-\uDDFF\uDE70-\uDE73\uDE78-\uDE7A\uDE80-\uDE82\uDE90-\uDE95])\uFE0F|(?:[\u261D\u26F9\u270A-\u270D]|\uD83C[\uDF85\uDFC2-\uDFC4\uDFC7\uDFCA-\uDFCC]|\uD83D[\uDC42\uDC43\uDC46-\uDC50\uDC66-\uDC78\uDC7C\uDC81-\uDC83\uDC85-\uDC87\uDC8F\uDC91\uDCAA\uDD74\uDD75\uDD7A\uDD90\uDD95\uDD96\uDE45-\uDE47\uDE4B-\uDE4F\uDEA3\uDEB4-\uDEB6\uDEC0\uDECC]|\uD83E[\uDD0F\uDD18-\uDD1F\uDD26\uDD30-\uDD39\uDD3C-\uDD3E\uDDB5\uDDB6\uDDB8\uDDB9\uDDBB\uDDCD-\uDDCF\uDDD1-\uDDDD])/g;
	};
}));
// node_modules/cli-progress/node_modules/string-width/index.js
var require_string_width = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const stripAnsi = require_strip_ansi();
	const isFullwidthCodePoint = require_is_fullwidth_code_point();
	const emojiRegex = require_emoji_regex();
	const stringWidth = (string) => {
		if (typeof string !== "string" || string.length === 0) return 0;
		string = stripAnsi(string);
		if (string.length === 0) return 0;
		string = string.replace(emojiRegex(), "  ");
		let width = 0;
		for (let i = 0; i < string.length; i++) {
			const code = string.codePointAt(i);
			if (code <= 31 || code >= 127 && code <= 159) continue;
			if (code >= 768 && code <= 879) continue;
			if (code > 65535) i++;
			width += isFullwidthCodePoint(code) ? 2 : 1;
		}
		return width;
	};
	module.exports = stringWidth;
	module.exports.default = stringWidth;
}));
// node_modules/cli-progress/lib/format-value.js
var require_format_value = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function formatValue(v, options, type) {
		if (options.autopadding !== true) return v;
		function autopadding(value, length) {
			return (options.autopaddingChar + value).slice(-length);
		}
		switch (type) {
			case "percentage": return autopadding(v, 3);
			default: return v;
		}
	};
}));
// node_modules/cli-progress/lib/format-bar.js
var require_format_bar = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function formatBar(progress, options) {
		const completeSize = Math.round(progress * options.barsize);
		const incompleteSize = options.barsize - completeSize;
		return options.barCompleteString.substr(0, completeSize) + options.barGlue + options.barIncompleteString.substr(0, incompleteSize);
	};
}));
// node_modules/cli-progress/lib/format-time.js
var require_format_time = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = function formatTime(t, options, roundToMultipleOf) {
		function round(input) {
			if (roundToMultipleOf) return roundToMultipleOf * Math.round(input / roundToMultipleOf);
			else return input;
		}
		function autopadding(v) {
			return (options.autopaddingChar + v).slice(-2);
		}
		if (t > 3600) return autopadding(Math.floor(t / 3600)) + "h" + autopadding(round(t % 3600 / 60)) + "m";
		else if (t > 60) return autopadding(Math.floor(t / 60)) + "m" + autopadding(round(t % 60)) + "s";
		else if (t > 10) return autopadding(round(t)) + "s";
		else return autopadding(t) + "s";
	};
}));
// node_modules/cli-progress/lib/formatter.js
var require_formatter = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _stringWidth = require_string_width();
	const _defaultFormatValue = require_format_value();
	const _defaultFormatBar = require_format_bar();
	const _defaultFormatTime = require_format_time();
	module.exports = function defaultFormatter(options, params, payload) {
		let s = options.format;
		const formatTime = options.formatTime || _defaultFormatTime;
		const formatValue = options.formatValue || _defaultFormatValue;
		const formatBar = options.formatBar || _defaultFormatBar;
		const percentage = Math.floor(params.progress * 100) + "";
		const stopTime = params.stopTime || Date.now();
		const elapsedTime = Math.round((stopTime - params.startTime) / 1e3);
		const context = Object.assign({}, payload, {
			bar: formatBar(params.progress, options),
			percentage: formatValue(percentage, options, "percentage"),
			total: formatValue(params.total, options, "total"),
			value: formatValue(params.value, options, "value"),
			eta: formatValue(params.eta, options, "eta"),
			eta_formatted: formatTime(params.eta, options, 5),
			duration: formatValue(elapsedTime, options, "duration"),
			duration_formatted: formatTime(elapsedTime, options, 1)
		});
		s = s.replace(/\{(\w+)\}/g, function(match, key) {
			if (typeof context[key] !== "undefined") return context[key];
			return match;
		});
		const fullMargin = Math.max(0, params.maxWidth - _stringWidth(s) - 2);
		const halfMargin = Math.floor(fullMargin / 2);
		switch (options.align) {
			case "right":
				s = fullMargin > 0 ? " ".repeat(fullMargin) + s : s;
				break;
			case "center": s = halfMargin > 0 ? " ".repeat(halfMargin) + s : s;
		}
		return s;
	};
}));
// node_modules/cli-progress/lib/options.js
var require_options = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	function mergeOption(v, defaultValue) {
		if (typeof v === "undefined" || v === null) return defaultValue;
		else return v;
	}
	module.exports = {
		parse: function parse(rawOptions, preset) {
			const options = {};
			const opt = Object.assign({}, preset, rawOptions);
			options.throttleTime = 1e3 / mergeOption(opt.fps, 10);
			options.stream = mergeOption(opt.stream, process.stderr);
			options.terminal = mergeOption(opt.terminal, null);
			options.clearOnComplete = mergeOption(opt.clearOnComplete, false);
			options.stopOnComplete = mergeOption(opt.stopOnComplete, false);
			options.barsize = mergeOption(opt.barsize, 40);
			options.align = mergeOption(opt.align, "left");
			options.hideCursor = mergeOption(opt.hideCursor, false);
			options.linewrap = mergeOption(opt.linewrap, false);
			options.barGlue = mergeOption(opt.barGlue, "");
			options.barCompleteChar = mergeOption(opt.barCompleteChar, "=");
			options.barIncompleteChar = mergeOption(opt.barIncompleteChar, "-");
			options.format = mergeOption(opt.format, "progress [{bar}] {percentage}% | ETA: {eta}s | {value}/{total}");
			options.formatTime = mergeOption(opt.formatTime, null);
			options.formatValue = mergeOption(opt.formatValue, null);
			options.formatBar = mergeOption(opt.formatBar, null);
			options.etaBufferLength = mergeOption(opt.etaBuffer, 10);
			options.etaAsynchronousUpdate = mergeOption(opt.etaAsynchronousUpdate, false);
			options.progressCalculationRelative = mergeOption(opt.progressCalculationRelative, false);
			options.synchronousUpdate = mergeOption(opt.synchronousUpdate, true);
			options.noTTYOutput = mergeOption(opt.noTTYOutput, false);
			options.notTTYSchedule = mergeOption(opt.notTTYSchedule, 2e3);
			options.emptyOnZero = mergeOption(opt.emptyOnZero, false);
			options.forceRedraw = mergeOption(opt.forceRedraw, false);
			options.autopadding = mergeOption(opt.autopadding, false);
			options.gracefulExit = mergeOption(opt.gracefulExit, false);
			return options;
		},
		assignDerivedOptions: function assignDerivedOptions(options) {
			options.barCompleteString = options.barCompleteChar.repeat(options.barsize + 1);
			options.barIncompleteString = options.barIncompleteChar.repeat(options.barsize + 1);
			options.autopaddingChar = options.autopadding ? mergeOption(options.autopaddingChar, "   ") : "";
			return options;
		}
	};
}));
// node_modules/cli-progress/lib/generic-bar.js
var require_generic_bar = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _ETA = require_eta();
	const _Terminal = require_terminal();
	const _formatter = require_formatter();
	const _options = require_options();
	const _EventEmitter = __require("events");
	module.exports = class GenericBar extends _EventEmitter {
		constructor(options) {
			super();
			this.options = _options.assignDerivedOptions(options);
			this.terminal = this.options.terminal ? this.options.terminal : new _Terminal(this.options.stream);
			this.value = 0;
			this.startValue = 0;
			this.total = 100;
			this.lastDrawnString = null;
			this.startTime = null;
			this.stopTime = null;
			this.lastRedraw = Date.now();
			this.eta = new _ETA(this.options.etaBufferLength, 0, 0);
			this.payload = {};
			this.isActive = false;
			this.formatter = typeof this.options.format === "function" ? this.options.format : _formatter;
		}
		render(forceRendering = false) {
			const params = {
				progress: this.getProgress(),
				eta: this.eta.getTime(),
				startTime: this.startTime,
				stopTime: this.stopTime,
				total: this.total,
				value: this.value,
				maxWidth: this.terminal.getWidth()
			};
			if (this.options.etaAsynchronousUpdate) this.updateETA();
			const s = this.formatter(this.options, params, this.payload);
			if (forceRendering || this.options.forceRedraw || this.options.noTTYOutput && !this.terminal.isTTY() || this.lastDrawnString != s) {
				this.emit("redraw-pre");
				this.terminal.cursorTo(0, null);
				this.terminal.write(s);
				this.terminal.clearRight();
				this.lastDrawnString = s;
				this.lastRedraw = Date.now();
				this.emit("redraw-post");
			}
		}
		start(total, startValue, payload) {
			this.value = startValue || 0;
			this.total = typeof total !== "undefined" && total >= 0 ? total : 100;
			this.startValue = startValue || 0;
			this.payload = payload || {};
			this.startTime = Date.now();
			this.stopTime = null;
			this.lastDrawnString = "";
			this.eta = new _ETA(this.options.etaBufferLength, this.startTime, this.value);
			this.isActive = true;
			this.emit("start", total, startValue);
		}
		stop() {
			this.isActive = false;
			this.stopTime = Date.now();
			this.emit("stop", this.total, this.value);
		}
		update(arg0, arg1 = {}) {
			if (typeof arg0 === "number") {
				this.value = arg0;
				this.eta.update(Date.now(), arg0, this.total);
			}
			const payloadData = (typeof arg0 === "object" ? arg0 : arg1) || {};
			this.emit("update", this.total, this.value);
			for (const key in payloadData) this.payload[key] = payloadData[key];
			if (this.value >= this.getTotal() && this.options.stopOnComplete) this.stop();
		}
		getProgress() {
			let progress = this.value / this.total;
			if (this.options.progressCalculationRelative) progress = (this.value - this.startValue) / (this.total - this.startValue);
			if (isNaN(progress)) progress = this.options && this.options.emptyOnZero ? 0 : 1;
			progress = Math.min(Math.max(progress, 0), 1);
			return progress;
		}
		increment(arg0 = 1, arg1 = {}) {
			if (typeof arg0 === "object") this.update(this.value + 1, arg0);
			else this.update(this.value + arg0, arg1);
		}
		getTotal() {
			return this.total;
		}
		setTotal(total) {
			if (typeof total !== "undefined" && total >= 0) this.total = total;
		}
		updateETA() {
			this.eta.update(Date.now(), this.value, this.total);
		}
	};
}));
// node_modules/cli-progress/lib/single-bar.js
var require_single_bar = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _GenericBar = require_generic_bar();
	const _options = require_options();
	module.exports = class SingleBar extends _GenericBar {
		constructor(options, preset) {
			super(_options.parse(options, preset));
			this.timer = null;
			if (this.options.noTTYOutput && this.terminal.isTTY() === false) this.options.synchronousUpdate = false;
			this.schedulingRate = this.terminal.isTTY() ? this.options.throttleTime : this.options.notTTYSchedule;
			this.sigintCallback = null;
		}
		render() {
			if (this.timer) {
				clearTimeout(this.timer);
				this.timer = null;
			}
			super.render();
			if (this.options.noTTYOutput && this.terminal.isTTY() === false) this.terminal.newline();
			this.timer = setTimeout(this.render.bind(this), this.schedulingRate);
		}
		update(current, payload) {
			if (!this.timer) return;
			super.update(current, payload);
			if (this.options.synchronousUpdate && this.lastRedraw + this.options.throttleTime * 2 < Date.now()) this.render();
		}
		start(total, startValue, payload) {
			if (this.options.noTTYOutput === false && this.terminal.isTTY() === false) return;
			if (this.sigintCallback === null && this.options.gracefulExit) {
				this.sigintCallback = this.stop.bind(this);
				process.once("SIGINT", this.sigintCallback);
				process.once("SIGTERM", this.sigintCallback);
			}
			this.terminal.cursorSave();
			if (this.options.hideCursor === true) this.terminal.cursor(false);
			if (this.options.linewrap === false) this.terminal.lineWrapping(false);
			super.start(total, startValue, payload);
			this.render();
		}
		stop() {
			if (!this.timer) return;
			if (this.sigintCallback) {
				process.removeListener("SIGINT", this.sigintCallback);
				process.removeListener("SIGTERM", this.sigintCallback);
				this.sigintCallback = null;
			}
			this.render();
			super.stop();
			clearTimeout(this.timer);
			this.timer = null;
			if (this.options.hideCursor === true) this.terminal.cursor(true);
			if (this.options.linewrap === false) this.terminal.lineWrapping(true);
			this.terminal.cursorRestore();
			if (this.options.clearOnComplete) {
				this.terminal.cursorTo(0, null);
				this.terminal.clearLine();
			} else this.terminal.newline();
		}
	};
}));
// node_modules/cli-progress/lib/multi-bar.js
var require_multi_bar = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _Terminal = require_terminal();
	const _BarElement = require_generic_bar();
	const _options = require_options();
	const _EventEmitter = __require("events");
	module.exports = class MultiBar extends _EventEmitter {
		constructor(options, preset) {
			super();
			this.bars = [];
			this.options = _options.parse(options, preset);
			this.options.synchronousUpdate = false;
			this.terminal = this.options.terminal ? this.options.terminal : new _Terminal(this.options.stream);
			this.timer = null;
			this.isActive = false;
			this.schedulingRate = this.terminal.isTTY() ? this.options.throttleTime : this.options.notTTYSchedule;
			this.loggingBuffer = [];
			this.sigintCallback = null;
		}
		create(total, startValue, payload, barOptions = {}) {
			const bar = new _BarElement(Object.assign({}, this.options, { terminal: this.terminal }, barOptions));
			this.bars.push(bar);
			if (this.options.noTTYOutput === false && this.terminal.isTTY() === false) return bar;
			if (this.sigintCallback === null && this.options.gracefulExit) {
				this.sigintCallback = this.stop.bind(this);
				process.once("SIGINT", this.sigintCallback);
				process.once("SIGTERM", this.sigintCallback);
			}
			if (!this.isActive) {
				if (this.options.hideCursor === true) this.terminal.cursor(false);
				if (this.options.linewrap === false) this.terminal.lineWrapping(false);
				this.timer = setTimeout(this.update.bind(this), this.schedulingRate);
			}
			this.isActive = true;
			bar.start(total, startValue, payload);
			this.emit("start");
			return bar;
		}
		remove(bar) {
			const index = this.bars.indexOf(bar);
			if (index < 0) return false;
			this.bars.splice(index, 1);
			this.update();
			this.terminal.newline();
			this.terminal.clearBottom();
			return true;
		}
		update() {
			if (this.timer) {
				clearTimeout(this.timer);
				this.timer = null;
			}
			this.emit("update-pre");
			this.terminal.cursorRelativeReset();
			this.emit("redraw-pre");
			if (this.loggingBuffer.length > 0) {
				this.terminal.clearLine();
				while (this.loggingBuffer.length > 0) this.terminal.write(this.loggingBuffer.shift(), true);
			}
			for (let i = 0; i < this.bars.length; i++) {
				if (i > 0) this.terminal.newline();
				this.bars[i].render();
			}
			this.emit("redraw-post");
			if (this.options.noTTYOutput && this.terminal.isTTY() === false) {
				this.terminal.newline();
				this.terminal.newline();
			}
			this.timer = setTimeout(this.update.bind(this), this.schedulingRate);
			this.emit("update-post");
			if (this.options.stopOnComplete && !this.bars.find((bar) => bar.isActive)) this.stop();
		}
		stop() {
			clearTimeout(this.timer);
			this.timer = null;
			if (this.sigintCallback) {
				process.removeListener("SIGINT", this.sigintCallback);
				process.removeListener("SIGTERM", this.sigintCallback);
				this.sigintCallback = null;
			}
			this.isActive = false;
			if (this.options.hideCursor === true) this.terminal.cursor(true);
			if (this.options.linewrap === false) this.terminal.lineWrapping(true);
			this.terminal.cursorRelativeReset();
			this.emit("stop-pre-clear");
			if (this.options.clearOnComplete) this.terminal.clearBottom();
			else {
				for (let i = 0; i < this.bars.length; i++) {
					if (i > 0) this.terminal.newline();
					this.bars[i].render();
					this.bars[i].stop();
				}
				this.terminal.newline();
			}
			this.emit("stop");
		}
		log(s) {
			this.loggingBuffer.push(s);
		}
	};
}));
// node_modules/cli-progress/presets/legacy.js
var require_legacy = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		format: "progress [{bar}] {percentage}% | ETA: {eta}s | {value}/{total}",
		barCompleteChar: "=",
		barIncompleteChar: "-"
	};
}));
// node_modules/cli-progress/presets/shades-classic.js
var require_shades_classic = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		format: " {bar} {percentage}% | ETA: {eta}s | {value}/{total}",
		barCompleteChar: "█",
		barIncompleteChar: "░"
	};
}));
// node_modules/cli-progress/presets/shades-grey.js
var require_shades_grey = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		format: " \x1B[90m{bar}\x1B[0m {percentage}% | ETA: {eta}s | {value}/{total}",
		barCompleteChar: "█",
		barIncompleteChar: "░"
	};
}));
// node_modules/cli-progress/presets/rect.js
var require_rect = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		format: " {bar}■ {percentage}% | ETA: {eta}s | {value}/{total}",
		barCompleteChar: "■",
		barIncompleteChar: " "
	};
}));
// node_modules/cli-progress/presets/index.js
var require_presets = /* @__PURE__ */ __commonJSMin(((exports, module) => {
	module.exports = {
		legacy: require_legacy(),
		shades_classic: require_shades_classic(),
		shades_grey: require_shades_grey(),
		rect: require_rect()
	};
}));
// src/io/progress.ts
var import_cli_progress = /* @__PURE__ */ __toESM((/* @__PURE__ */ __commonJSMin(((exports, module) => {
	const _SingleBar = require_single_bar();
	const _MultiBar = require_multi_bar();
	const _Presets = require_presets();
	const _Formatter = require_formatter();
	const _defaultFormatValue = require_format_value();
	module.exports = {
		Bar: _SingleBar,
		SingleBar: _SingleBar,
		MultiBar: _MultiBar,
		Presets: _Presets,
		Format: {
			Formatter: _Formatter,
			BarFormat: require_format_bar(),
			ValueFormat: _defaultFormatValue,
			TimeFormat: require_format_time()
		}
	};
})))(), 1);
/** A calm terminal: phases as lines, runs as one bar that is redrawn each second with the time left. */
function terminalProgress(stream) {
	let bar = null;
	const stop = () => {
		bar?.stop();
		bar = null;
	};
	return {
		phase(title) {
			stop();
			stream.write(`${title}\n`);
		},
		line(text) {
			stop();
			stream.write(`  ${text}\n`);
		},
		output() {},
		runs(done, total, label) {
			if (bar === null) {
				bar = new import_cli_progress.default.SingleBar({
					format: "  {bar} {value}/{total} runs · {duration_formatted} · {label}",
					stream,
					hideCursor: true,
					clearOnComplete: true,
					forceRedraw: true,
					fps: 1,
					autopadding: true
				}, import_cli_progress.default.Presets.shades_classic);
				bar.start(total, done, { label });
			} else bar.update(done, { label });
		},
		end: stop
	};
}
/** One line per phase and per run, for logs without a terminal. `write` gets whole lines without their end. */
function plainProgress(write) {
	const began = performance.now();
	const stamp = () => `[${((performance.now() - began) / 1e3).toFixed(1).padStart(6)} s]`;
	return {
		phase: (title) => write(`${stamp()} ${title}`),
		line: (text) => write(`${stamp()}   ${text}`),
		output: () => {},
		runs: (done, total, label) => {
			if (done < total) write(`${stamp()}   run ${done + 1}/${total}: ${label}`);
		},
		end: () => {}
	};
}
// src/io/local-host.ts
/** The world of the local command: a folder, a terminal, and a history in `.finetune-bench/`. */
/** Pairs that nobody asked for may take this long. */
const UNASKED_CONFIRM_S = 300;
async function localHost(options) {
	const workspace = process.cwd();
	const context = await readJobContext({
		env: {},
		cwd: workspace
	});
	const folder = await localFolder(workspace);
	const baseline = parseBaselineInput(options.baseline ?? `dir:${path.join(folder, "baselines")}`);
	const terminal = process.stderr.isTTY;
	return {
		context,
		version: VERSION,
		workspace,
		resultsRoot: path.join(folder, "results"),
		cache: cacheFolder(process.env),
		harness: options.harness,
		env: process.env,
		store: openStore$1(baseline, {
			cwd: workspace,
			api: null,
			defaultBranch: null
		}),
		record: options.record ? "now" : "never",
		repeats: options.repeats,
		base: (newest) => options.base === null ? baseOfHistory(newest, workspace) : baseOfRef(options.base, workspace),
		remote: null,
		confirmBudgetS: options.base === null ? UNASKED_CONFIRM_S : Number.POSITIVE_INFINITY,
		progress: terminal ? terminalProgress(process.stderr) : plainProgress((line) => void process.stderr.write(`${line}\n`)),
		signal: options.signal,
		publish: (report, results) => {
			const width = process.stdout.columns ?? 120;
			process.stdout.write(renderTerminal(report, {
				colour: process.stdout.hasColors?.() ?? false,
				width,
				results: results.path
			}));
			return Promise.resolve(report);
		}
	};
}
// src/core/qualify.ts
/**
* The decision of the pull-request gate on pairs of one benchmark, none of the others having changed: without history, so
* that what is found holds from a runner's first day on.
*/
function judgePairs(metric, pairs, { policy, familySize }) {
	const asked = {
		metric,
		history: [],
		isConfirmable: true,
		inFamily: true
	};
	const own = {
		...asked,
		id: "own",
		candidate: pairs.head,
		paired: pairs
	};
	const others = Array.from({ length: familySize - 1 }, (_, index) => {
		return {
			...asked,
			id: String(index),
			candidate: [],
			paired: null
		};
	});
	const [decision] = judge([own, ...others], policy);
	if (decision === void 0) throw new Error("the judge gave no decision");
	return decision;
}
/** Pairs in all that the gate would ask for next; 0 when what is there decides. */
function wantedPairs(metric, pairs, terms) {
	return pairs.base.length === 0 ? 4 : judgePairs(metric, pairs, terms).wantedPairs;
}
/** Null where fewer unchanged pairs are usable than the gate's first look takes. */
function qualifyBenchmark(runs, terms) {
	const { benchmark, title, backend, metric, repeats } = runs;
	const unchanged = completePairs(runs.unchanged, isRatioScale);
	if (unchanged.base.length < 4) return null;
	const sd = runSd(unchanged);
	const runS = mean(runs.durations);
	const clearS = repeats * runS;
	return {
		benchmark,
		title,
		backend,
		run_cv: sd,
		drift: driftOf(unchanged),
		smallest_4_pairs: smallestChange(sd, 4, metric, terms.policy),
		smallest_10_pairs: smallestChange(sd, 10, metric, terms.policy),
		unchanged: judgePairs(metric, unchanged, terms).verdict,
		injected: runs.injected === null ? null : injectedOf(metric, runs.injected, terms),
		clear_s: clearS,
		confirm_s: clearS + 22 * runS
	};
}
/** Standard deviation of the logarithms of runs, each side around its own mean: nearly the relative one of the values. */
function runSd({ base, head }) {
	const [ofBase, ofHead] = [base, head].map((side) => variance(side.map(Math.log)) ?? 0);
	return Math.sqrt(((ofBase ?? 0) + (ofHead ?? 0)) / 2);
}
/**
* The smallest change for the worse that so many pairs find in four of five cases, on the metric's own scale: the sum of the
* t quantiles of level and power, times the standard error of the difference of two means. Never below what the policy
* calls a change.
*/
function smallestChange(sd, pairs, metric, policy) {
	const df = 2 * (pairs - 1);
	const error = Math.max(sd, LEAST_SD) * Math.sqrt(2 / pairs);
	const detectable = (tQuantile(1 - LOOK_ALPHA / 2, df) + tQuantile(.8, df)) * error;
	return detectableOf(metric, { detectable }, marginsOf(policy, null));
}
/** Relative change from the first run to the last, along the straight line that fits the logarithms best. */
function driftOf(pairs) {
	const logs = inOrder(pairs).map(Math.log);
	if (logs.length < 2) return 0;
	const [middle, level] = [(logs.length - 1) / 2, mean(logs)];
	const slope = sum(logs.map((value, index) => (index - middle) * (value - level))) / sum(logs.map((_, index) => (index - middle) ** 2));
	return relativeChange(slope * (logs.length - 1));
}
/** Runs in the order they were made: base head, head base, base head, … */
function inOrder({ base, head }) {
	return base.flatMap((value, index) => {
		const other = head[index] ?? value;
		return index % 2 === 0 ? [value, other] : [other, value];
	});
}
function injectedOf(metric, { slowdown, pairs }, terms) {
	const { effect, interval, verdict, pairs: used } = judgePairs(metric, pairs, terms);
	if (effect === null || interval === null) return null;
	if (isIgnored(metric, slowdown, interval)) return null;
	const [low, high] = interval;
	return {
		slowdown,
		effect,
		interval: [low, high],
		verdict,
		pairs: used,
		caught: verdict === "regression"
	};
}
/** Not even half of what was asked for lies in the interval of what was found: the program does not slow itself down. */
function isIgnored(metric, slowdown, [low, high]) {
	const half = Math.log1p(slowdown) / 2;
	return metric.direction === "higher" ? Math.log1p(low) > -half : Math.log1p(high) < half;
}
// src/io/qualify-pairs.ts
/** The two series of pairs that qualify a runner for one benchmark: nothing changed, and the head slowed down on purpose. */
/** The variable by which a run is asked to take longer. */
const SLOWDOWN$1 = "FINETUNE_BENCH_SLOWDOWN";
async function qualifyOne(ready, job) {
	const { id: benchmark, title, backend } = ready.planned;
	const unchanged = await unchangedPairs(ready, job);
	const metric = unchanged.metrics.find(({ primary }) => primary);
	const stopped = unchanged.stopped?.message ?? "its runs gave no number to judge";
	const series = [unchanged.base, unchanged.head];
	const nothing = {
		benchmark,
		series,
		qualified: null,
		notes: []
	};
	if (metric === void 0 || unchanged.base.length < 4) return {
		...nothing,
		problem: {
			benchmark,
			message: stopped
		}
	};
	const durations = durationsOf(unchanged);
	const slowed = await slowedPairs(ready, job, metric, mean(durations));
	series.push(slowed.base, slowed.head);
	const qualified = qualifyBenchmark({
		benchmark,
		title,
		backend,
		metric,
		unchanged: valuesIn(unchanged, metric),
		injected: slowed.base.length === 0 ? null : {
			slowdown: job.slowdown,
			pairs: valuesIn(slowed, metric)
		},
		durations,
		repeats: job.repeats
	}, job.terms);
	if (qualified === null) return {
		...nothing,
		problem: {
			benchmark,
			message: stopped
		}
	};
	const early = [unchanged, slowed].flatMap(({ stopped: why }) => why === null ? [] : [`${benchmark}: ${why.message}`]);
	const deaf = `${benchmark}: the program does not honour ${SLOWDOWN$1}, so no slow-down was injected; docs/protocol.md shows how it can`;
	return {
		benchmark,
		series,
		qualified,
		problem: null,
		notes: [...new Set(early), ...qualified.injected === null && slowed.stopped === null ? [deaf] : []]
	};
}
/** The first few tell how long a run takes, and whether the rest fits into the time. */
async function unchangedPairs(ready, job) {
	const first = await pairsOf(ready, job, {
		bench: job.bench,
		wanted: 4,
		before: null,
		runS: 0
	});
	if (first.stopped !== null) return first;
	return pairsOf(ready, job, {
		bench: job.bench,
		wanted: 10,
		before: first,
		runS: mean(durationsOf(first))
	});
}
function durationsOf({ base, head }) {
	return [...base, ...head].map(({ duration_s: seconds }) => seconds);
}
/** As many pairs as the gate would run: four, and ten where they leave it open. */
async function slowedPairs(ready, job, metric, runS) {
	let paired = null;
	for (;;) {
		const wanted = wantedPairs(metric, paired === null ? {
			base: [],
			head: []
		} : valuesIn(paired, metric), job.terms);
		if (paired !== null && (wanted === 0 || paired.stopped !== null)) return paired;
		const env = { [SLOWDOWN$1]: String(job.slowdown) };
		paired = await pairsOf(ready, job, {
			bench: job.slowed,
			wanted,
			before: paired,
			runS,
			env
		});
	}
}
/** Both sides are one and the same; numbers go on from series to series, so that no two runs are told the same. */
function pairsOf(ready, job, { bench, wanted, before, runS, env }) {
	const base = {
		ready,
		bench,
		firstNumber: env === void 0 ? 1 : 11
	};
	const what = env === void 0 ? "unchanged" : `slowed down by ${formatPercent(job.slowdown)}`;
	return measurePairs({
		base,
		head: env === void 0 ? base : {
			...base,
			env
		},
		before,
		wanted,
		runS,
		leftS: job.leftS,
		onRun: (done, due, side) => bench.progress.runs(done, due, `${ready.planned.id}${side === "head" || env === void 0 ? `, ${what}` : ""}`)
	});
}
function valuesIn({ base, head }, { name }) {
	return {
		base: valuesOf(base, name),
		head: valuesOf(head, name)
	};
}
// src/io/qualify.ts
/** Asks this machine what it can detect: pairs of unchanged runs, then pairs of which the head is slowed down on purpose. */
/** Runs of one benchmark at most: two series of pairs, both sides warmed up before each. */
const MOST_RUNS = 2 * runsDue(null, 10);
async function qualify({ inputs, host, slowdown }) {
	const startedAt = /* @__PURE__ */ new Date();
	const { suite, note } = await loadSuite(inputs.suite, host.workspace);
	const machine = await readMachine(inputs, host);
	const plan = makePlan(suite, machine.probe, inputs, shippedCatalogue());
	const history = await host.store.read(machine.runnerKey);
	const { installs, provide } = await planEnvironments(inputs, host, machine, plan);
	await announceJob({
		inputs,
		host,
		suite,
		repeats: MOST_RUNS,
		machine,
		plan,
		history: history.results,
		installs
	});
	const { run_id: runId, attempt } = host.context.job;
	const folder = await makeResultsFolder(host.resultsRoot, artifactName(machine.runnerKey, runId, attempt, suite.name));
	await using stack = new AsyncDisposableStack();
	stack.use(await stayAwake(host));
	const watch = stack.use(await openWatch(inputs, host, machine, folder));
	const lock = openJobLock(host, machine, inputs);
	const observation = {
		watch,
		lock,
		gpuCores: gpuCoresOf(machine.probe),
		earlier: /* @__PURE__ */ new Map()
	};
	const bench = benchOf(host, folder, observation);
	host.progress.phase("Prepare");
	const { ready, notReady, leftOut } = await readyAll({
		benchmarks: plan.benchmarks,
		provide,
		bench,
		side: "head"
	});
	host.progress.phase("Qualify");
	const busy = await waitUntilQuiet(ready, observation, host);
	const beganMs = Date.now();
	const elapsedS = measuringClock(lock);
	const control = openControl({
		host,
		python: machine.python.executable,
		backends: controlBackends(ready),
		results: folder.path,
		watch,
		lock
	});
	await control.measure(1);
	const policy = {
		minEffect: smallestEffect(suite.judge["min-effect"]),
		maxTolerated: suite.judge["max-tolerated"],
		tighten: suite.judge["min-effect"] === "auto"
	};
	const job = {
		bench,
		slowed: {
			...bench,
			results: path.join(folder.path, "injected")
		},
		slowdown,
		repeats: host.repeats ?? suite.repeats,
		terms: {
			policy,
			familySize: Math.max(1, plan.benchmarks.length)
		},
		leftS: () => inputs.timeBudget - elapsedS()
	};
	const found = [];
	for (const one of ready) if (!host.signal.aborted) found.push(await qualifyOne(one, job));
	await control.measure(2);
	host.progress.end();
	const warnings = [...busy, ...machineChanges(watch.between(beganMs, Date.now()))];
	const measured = {
		benchmarks: [],
		ready,
		control,
		beganMs,
		measuredS: elapsedS(),
		warnings
	};
	const result = assembleResult({
		host,
		suite,
		repeats: job.repeats,
		machine,
		plan,
		measured,
		startedAt,
		note,
		accepted: []
	});
	const refused = [...[...plan.failed, ...leftOut].map(({ id, reason }) => ({
		benchmark: id,
		message: reason
	})), ...notReady.map(({ planned, message }) => ({
		benchmark: planned.id,
		message
	}))];
	const qualification = {
		schema: 1,
		version: host.version,
		runner_key: machine.runnerKey,
		made_at: (/* @__PURE__ */ new Date()).toISOString(),
		suite: suite.name,
		machine: machine.identity,
		benchmarks: found.flatMap(({ qualified }) => qualified ?? []),
		disturbances: [
			...busy,
			...movedInWords(controlFindings(result, history.results)),
			...found.flatMap(({ benchmark, series }) => disturbedRuns(benchmark, series)),
			...result.control.flatMap(({ id, runs }) => disturbedRuns(id, [runs]))
		].map((text) => text.slice(0, 2e3)),
		measured_s: elapsedS()
	};
	const fault = watch.fault();
	const faults = [...lock.warnings(), ...fault === null ? [] : [fault]];
	await folder.writeJson("qualification.json", qualification);
	return {
		qualification,
		slowdown,
		unqualified: [...refused, ...found.flatMap(({ problem }) => problem ?? [])],
		notes: [...found.flatMap(({ notes }) => notes), ...note === null ? [] : [note]],
		warnings: [...history.warnings, ...faults],
		saved: await save(qualification, host),
		results: folder.path
	};
}
/** A machine that was asked nothing has nothing to tell its history. */
async function save(qualification, host) {
	if (host.record !== "now" || qualification.benchmarks.length === 0 || host.signal.aborted) return null;
	host.progress.phase("Record");
	return host.store.saveQualification(qualification);
}
// src/io/qualify-table.ts
/** What a runner can detect, on a terminal: the verdict first, then the numbers, what disturbed them, and where they are. */
/** Ends with a new line. No line of it can be read as a workflow command. */
function renderQualified(found, look) {
	const paint = painter(look.colour);
	const [verdict = [], ...more] = headlineOf(found);
	const list = (title, items) => items.length === 0 ? "" : [paint("bold", title), ...items.map((item) => `  ${terminalText(item, 500)}`)].join("\n");
	return `${[
		[paint(["bold", isQualified(found) ? "green" : "yellow"], line(verdict)), ...more.map(line)].join("\n"),
		table(found, look),
		adviceOf(found).map(line).join("\n"),
		list("Notes", found.notes),
		list("Not qualified", found.unqualified.map(({ benchmark, message }) => `${benchmark}: ${lastLine(message)}`)),
		list("Disturbed", found.qualification.disturbances),
		list("Warnings", found.warnings),
		list("Files", files(found))
	].filter((block) => block !== "").join("\n\n").replaceAll(/^(\s*)::/gm, "$1: :")}\n`;
}
function line(sentence) {
	return terminalText(plain$1(sentence), 2e3);
}
/** Errors end with what matters; the whole text is in the logs. */
function lastLine(message) {
	return message.trim().split("\n").at(-1) ?? "";
}
function files({ results, saved }) {
	return [
		...saved === null ? [] : [saved.saved ? `saved: ${saved.where}` : `not saved: ${saved.warning}`],
		`numbers: ${path.join(results, "qualification.json")}`,
		`runs: ${path.join(results, "runs")}, those slowed down in ${path.join(results, "injected", "runs")}`
	];
}
/** Times go first where the terminal is narrow, then the interval of the injected slow-down. */
function table({ qualification, slowdown }, { width }) {
	const drawn = [
		columns(slowdown, true, true),
		columns(slowdown, true, false),
		columns(slowdown, false, false)
	].map((kept) => plainTable(qualification.benchmarks, kept));
	return drawn.find((text) => text.split("\n").every((row) => row.length <= width)) ?? drawn.at(-1) ?? "";
}
function columns(slowdown, withInterval, withTimes) {
	return [
		{
			title: "benchmark",
			align: "left",
			cell: ({ benchmark }) => terminalText(benchmark, 80)
		},
		{
			title: "run CV",
			align: "right",
			cell: ({ run_cv: cv }) => formatPercent(cv)
		},
		{
			title: "drift",
			align: "right",
			cell: ({ drift }) => formatChange(drift)
		},
		{
			title: "4 pairs find",
			align: "right",
			cell: ({ smallest_4_pairs: share }) => formatPercent(share)
		},
		{
			title: "10 pairs find",
			align: "right",
			cell: ({ smallest_10_pairs: share }) => formatPercent(share)
		},
		{
			title: "unchanged",
			align: "left",
			cell: ({ unchanged }) => unchanged
		},
		{
			title: `${formatPercent(slowdown)} slower`,
			align: "left",
			cell: (row) => injectedCell(row, withInterval)
		},
		...withTimes ? [{
			title: "cleared in",
			align: "right",
			cell: ({ clear_s: seconds }) => formatDuration(seconds)
		}, {
			title: "confirmed in",
			align: "right",
			cell: ({ confirm_s: seconds }) => formatDuration(seconds)
		}] : []
	];
}
function injectedCell({ injected }, withInterval) {
	if (injected === null) return "not injected";
	const { effect, interval, caught, pairs } = injected;
	const size = `${formatChange(effect)}${withInterval ? ` (${formatInterval(interval)})` : ""}`;
	return `${caught ? "caught" : "missed"}, ${size}, ${pairs} pairs`;
}
// src/commands/qualify.ts
/** `finetune-bench qualify`: what this machine is able to detect, and what it costs. */
/** What a gate with the usual settings must find. */
const SLOWDOWN = .05;
function addQualify(program, context) {
	program.command("qualify").description("find out how small a slow-down this machine can detect, by pairs of runs: see docs/qualify.md").option("--suite <suite>", "suite file or builtin:NAME (default: finetune-bench.yml, else builtin:quick)").option("--backend <backend>", "run on this backend only; may be given more than once", gather$1).addOption(new Option("--slowdown <percent>", "how much longer the steps of injected runs take").argParser(slowdown).default(SLOWDOWN, "5%")).option("--baseline <place>", "dir:PATH or branch:NAME to record it in (default: dir:.finetune-bench/baselines)").option("--no-save", "show it and record nothing").option("--time-budget <duration>", "longest time to spend measuring", "2h").option("--python <path>", "an interpreter used as it is, with its packages").option("--runner-key <name>", "name of a pool of interchangeable machines").addHelpText("after", exitStatuses("0 every benchmark caught an injected slow-down without a false alarm, 1 one did not, or none could be injected")).action(async (options) => context.finish(await run$1(options, context)));
}
function gather$1(text, before = []) {
	return [...before, text];
}
function slowdown(text) {
	const share = parsePercent(text);
	if (share !== null) return share;
	throw new InvalidArgumentError("It must be a percentage above 0% and below 100%, such as 5%.");
}
async function run$1(options, { harness, signal }) {
	const given = {
		suite: options.suite,
		backends: options.backend?.join(","),
		"time-budget": options.timeBudget,
		python: options.python,
		"runner-key": options.runnerKey
	};
	const inputs = parseInputs((name) => given[name]);
	const local = await localHost({
		harness,
		baseline: null,
		record: options.save,
		repeats: null,
		base: null,
		signal
	});
	const store = await openLocalStore(options.baseline, {
		cwd: local.workspace,
		env: process.env,
		signal
	});
	const repository = process.env["GITHUB_REPOSITORY"] || local.context.job.repository;
	const found = await qualify({
		inputs,
		host: {
			...local,
			store,
			context: {
				...local.context,
				job: {
					...local.context.job,
					repository
				}
			},
			resultsRoot: path.join(path.dirname(local.resultsRoot), "qualify")
		},
		slowdown: options.slowdown
	});
	const width = process.stdout.columns ?? 120;
	process.stdout.write(renderQualified(found, {
		colour: process.stdout.hasColors?.() ?? false,
		width
	}));
	if (signal.aborted) return EXIT.interrupted;
	return isQualified(found) ? EXIT.passed : EXIT.failed;
}
// src/core/measured-benchmarks.ts
/** Seconds between the watcher's samples. */
const INTERVAL_S = 1;
function measuredBenchmarks(measured, files) {
	const earlier = /* @__PURE__ */ new Map();
	const meant = measured.benchmarks.filter(({ state }) => state !== "skipped");
	const made = meant.flatMap((benchmark) => benchmark.runs.map((run) => ({
		benchmark,
		run
	}))).sort((a, b) => a.run.started_at_s - b.run.started_at_s).map(({ benchmark, run }) => {
		const one = readRun(idOf(benchmark), benchmark, run, files);
		const disturbances = observedDisturbances({
			...one,
			backend: benchmark.backend,
			earlier
		});
		return {
			benchmark,
			run: {
				...one,
				record: {
					...one.record,
					disturbances
				}
			}
		};
	});
	return meant.map((benchmark) => {
		return resultOf$1(benchmark, made.filter((one) => one.benchmark === benchmark).map(({ run }) => run), measured);
	});
}
function measuredControl(measured, files) {
	return measured.control.filter(({ runs }) => runs.length > 0).map(({ backend, runs }) => controlResult(backend, runs.map((run) => readRun(`control.${backend}`, {
		backend,
		work_hash: null
	}, run, files))));
}
function idOf({ title, backend }) {
	return `${title}.${backend}`;
}
function readRun(id, { backend, work_hash: workHash }, { number, started_at_s, duration_s, code, timed_out, cancelled }, { run, samples: all, gpuCores }) {
	const { events: text, tail } = run(id, number);
	const events = readEvents(text);
	const exit = {
		code: code < 0 ? 128 - code : code,
		signal: null,
		timedOut: timed_out,
		cancelled
	};
	const startMs = started_at_s * 1e3;
	const span = {
		startMs,
		endMs: startMs + duration_s * 1e3,
		intervalS: INTERVAL_S
	};
	const samples = samplesWithin(all, span);
	return {
		...makeRunRecord({
			kind: "harness",
			events,
			exit: {
				...exit,
				durationS: duration_s,
				tail
			},
			expected: {
				benchmark: id,
				workHash,
				backend
			},
			number,
			gpuCores,
			samples
		}),
		events: events.events,
		samples
	};
}
function resultOf$1(benchmark, runs, measured) {
	const ok = runs.filter(({ record }) => record.outcome.status === "ok");
	const environment = ok.find((run) => run.environment !== null)?.environment ?? null;
	return {
		id: idOf(benchmark),
		title: benchmark.title,
		backend: benchmark.backend,
		work_hash: benchmark.work_hash,
		comparison_class: benchmark.comparison_class,
		hyperparameters: benchmark.hyperparameters,
		software: environment === null ? null : softwareIdentity(environment),
		metrics: [...ok.at(-1)?.metrics ?? []],
		runs: runs.map(({ record }) => record),
		status: statusOf(benchmark, runs, measured),
		paired: null
	};
}
/** What its runs show stands above what the manifest says of it. */
function statusOf({ state, message }, runs, { repeats }) {
	const failed = runs.map(({ record }) => record.outcome).find((outcome) => outcome.status === "failed");
	if (failed?.status === "failed") return {
		state: "failed",
		reason: failed.reason,
		message: failed.message
	};
	if (state === "failed") return {
		state: "failed",
		reason: "bad-order",
		message
	};
	if (state === "cut") return {
		state: "cut",
		message
	};
	if (runs.length >= repeats) return { state: "complete" };
	return {
		state: "cut",
		message: `${runs.length} of ${repeats} runs were measured before it ended`
	};
}
// src/core/measured-watch.ts
/** What the watcher of a measured folder saw, and of how long it saw nothing. */
/** Seconds. A watcher that is busy misses some; a folder that was taken away lacks the last. */
const UNTOLD_S = 10;
/** @param text the watcher's file, `device.jsonl` */
function watchedIn(text, { benchmarks, control }) {
	const { events, problem } = readEvents(text);
	const samples = events.filter((event) => event.event === "device");
	const runs = [...benchmarks, ...control].flatMap((one) => one.runs);
	if (runs.length === 0) return {
		samples,
		warning: null
	};
	const begin = Math.min(...runs.map((run) => run.started_at_s));
	const unseenS = Math.max(...runs.map((run) => run.started_at_s + run.duration_s)) - Math.max(begin, samples.at(-1)?.time_s ?? begin);
	if (unseenS <= UNTOLD_S) return {
		samples,
		warning: null
	};
	const where = problem === null ? "holds no sample of it" : `cannot be read from line ${problem.line} on: ${clip(problem.message, 200)}`;
	return {
		samples,
		warning: `nothing is known of the machine in the last ${formatDuration(unseenS)} of measuring: device.jsonl ${where}`
	};
}
// src/io/measured-folder.ts
/** Reads a folder that `scripts/measure_gpu.py` left, as strictly as a stranger's, into the result of a job. */
const MANIFEST = "measured.json";
const PROBE = "probe.json";
const MOST_JSON_BYTES = 4194304;
const MOST_LOG_BYTES = 16777216;
/** @param folder holds `measured.json` */
function readMeasured(folder) {
	try {
		return resultOf(realpathSync(folder));
	} catch (error) {
		if (error instanceof Unusable) return { fault: error.message };
		throw error;
	}
}
var Unusable = class extends Error {
	name = "Unusable";
};
function resultOf(folder) {
	const measured = parsed(measuredSchema, folder, MANIFEST);
	const probe = parsed(probeSchema, folder, PROBE);
	const { samples, warning } = watchedIn(optional(folder, "device.jsonl", MAX_EVENTS_BYTES), measured);
	const files = {
		samples,
		gpuCores: gpuCoresOf(probe),
		run(benchmark, number) {
			const name = path.join("runs", benchmark, `head-${number}`);
			const tail = optional(folder, `${name}.log`, MOST_LOG_BYTES).trimEnd().split("\n").slice(-20);
			return {
				events: optional(folder, `${name}.jsonl`, MAX_EVENTS_BYTES),
				tail
			};
		}
	};
	const { benchmarks: planned, repeats, repository, sha, ref, dirty } = measured;
	const startedAt = /* @__PURE__ */ new Date(measured.started_at_s * 1e3);
	const suite = suiteSchema.parse({
		version: 1,
		repeats,
		benchmarks: [{
			workload: "any",
			size: measured.size
		}]
	});
	const job = {
		repository,
		run_id: startedAt.toISOString().replace(/[^0-9TZ]/g, ""),
		attempt: 1,
		event: "local",
		ref,
		sha,
		dirty,
		pull_request: null
	};
	const skipped = planned.filter(({ state }) => state === "skipped");
	const interrupted = measured.interrupted ? ["measuring was interrupted before its end"] : [];
	const result = assembleResult({
		host: {
			version: measured.version,
			context: { job: {
				...job,
				run_url: null
			} }
		},
		suite: {
			...suite,
			name: measuredSuite(measured.size)
		},
		repeats,
		machine: {
			probe,
			identity: machineIdentity(probe),
			runnerKey: runnerKey(probe)
		},
		plan: {
			skipped: skipped.map((one) => ({
				...one,
				id: idOf(one),
				reason: one.message
			})),
			failed: [],
			listed: planned.map(idOf)
		},
		measured: {
			benchmarks: measuredBenchmarks(measured, files),
			control: { results: () => measuredControl(measured, files) },
			measuredS: Math.max(0, measured.finished_at_s - measured.started_at_s),
			warnings: [
				...interrupted,
				...warning === null ? [] : [warning],
				...machineChanges(samples)
			]
		},
		startedAt,
		finishedAt: /* @__PURE__ */ new Date(measured.finished_at_s * 1e3),
		note: null,
		accepted: []
	});
	return readResult(JSON.stringify(result));
}
function parsed(schema, folder, file) {
	const json = parseJson$1(plain(folder, file, MOST_JSON_BYTES));
	if (json === void 0) throw new Unusable(`its ${file} is no valid JSON`);
	const checked = schema.safeParse(json);
	if (checked.success) return checked.data;
	const [issue] = checked.error.issues;
	const where = issue === void 0 || issue.path.length === 0 ? "it" : issue.path.join(".");
	throw new Unusable(`its ${file} is not what measure_gpu.py writes (${clip(`${where}: ${issue?.message}`, 200)})`);
}
function optional(folder, file, most) {
	try {
		lstatSync(path.join(folder, file));
	} catch {
		return "";
	}
	return plain(folder, file, most);
}
/** A file of the folder itself: no link leads out of it, and none is larger than its kind may be. */
function plain(folder, file, most) {
	const full = path.join(folder, file);
	const facts = lstatSync(full, { throwIfNoEntry: false });
	if (facts === void 0) throw new Unusable(`it has no ${file}`);
	if (!facts.isFile() || realpathSync(full) !== full) throw new Unusable(`its ${file} is no plain file of its own`);
	if (facts.size > most) throw new Unusable(`its ${file} has ${facts.size} bytes, more than the ${most} it may have`);
	return readFileSync(full, "utf8");
}
// src/io/local-results.ts
/** Results in folders, files and downloaded artifacts that a person names, read as strictly as a stranger's. */
const RESULT = "result.json";
const MOST_FOLDERS = 1e3;
const MOST_ARCHIVE_BYTES = 268435456;
/**
* Every result below the paths: of a folder its own `result.json` or `measured.json`, else those of the folders in it. Throws a
* {@link UserError} for a path that holds none, and where two are of one runner and suite.
*/
async function readLocalResults(given) {
	const files = new Set((await Promise.all(given.map(filesAt))).flat());
	const found = /* @__PURE__ */ new Map();
	const aside = [];
	for (const file of files) {
		const read = await readOne(file);
		if ("fault" in read) {
			aside.push({
				name: path.relative(process.cwd(), file),
				reason: read.fault
			});
			continue;
		}
		const { result } = read;
		const key = `${result.runner_key} ${result.suite.name}`;
		const other = found.get(key);
		if (other !== void 0) throw new UserError(`${other.file} and ${file} are both of ${result.runner_key} and suite ${result.suite.name}; a report takes one result of each runner: name the one you mean`);
		found.set(key, {
			file,
			result
		});
	}
	return {
		results: [...found.values()].map(({ result }) => result),
		aside
	};
}
async function filesAt(given) {
	const root = path.resolve(given);
	try {
		if (!(await stat(root)).isDirectory()) return [root];
		const entries = await readdir(root, { withFileTypes: true });
		const own = [RESULT, MANIFEST].find((file) => entries.some(({ name }) => name === file));
		if (own !== void 0) return [path.join(root, own)];
		const files = entries.filter((entry) => entry.isDirectory()).slice(0, MOST_FOLDERS).flatMap(({ name }) => [RESULT, MANIFEST].map((file) => path.join(root, name, file))).sort();
		const there = await Promise.all(files.map((file) => lstat(file).then(Boolean, () => false)));
		const found = files.filter((_file, index) => there[index]);
		if (found.length > 0) return found;
	} catch (error) {
		throw new UserError(`${given} cannot be read: ${systemFault(error).message}`);
	}
	throw new UserError(`${given} holds no ${RESULT}: name the results folder of a job, a folder of such, or an artifact`);
}
async function readOne(file) {
	const isArchive = file.toLowerCase().endsWith(".zip");
	try {
		const facts = await lstat(file);
		if (!facts.isFile()) return { fault: "it is a link, a folder or a device, not a plain file" };
		const most = isArchive ? MOST_ARCHIVE_BYTES : MAX_STORED_BYTES;
		if (facts.size > most) return { fault: `it has ${facts.size} bytes, more than the ${most} it may have` };
		if (path.basename(file) === "measured.json") return readMeasured(path.dirname(file));
		const bytes = await readFile(file);
		return readResult((isArchive ? await readZipEntry(bytes, RESULT, ZIP_LIMITS) : bytes).toString("utf8"));
	} catch (error) {
		if (error instanceof BadArchive) return { fault: error.message };
		return { fault: systemFault(error).message };
	}
}
// src/commands/report.ts
/** `finetune-bench report`: judge what jobs measured, together, and show the verdict. */
function addReport(program, context) {
	program.command("report").description("judge what jobs have measured, all runners together, and show the verdict").argument("<dir...>", "results folders of jobs or of measure_gpu.py, folders of such, result.json files, or downloaded artifacts (.zip)").option("--save", "record the results as new points of their runners' histories", false).option("--baseline <place>", "dir:PATH or branch:NAME of the history (default: dir:.finetune-bench/baselines)").option("--fail-on <verdicts>", "verdicts that give exit status 1 (default: regression,failed)").addHelpText("after", exitStatuses("0 gate passed, 1 gate failed")).action(async (given, options) => context.finish(await report(given, options, context)));
}
async function report(given, options, { signal }) {
	const inputs = parseInputs((name) => name === "fail-on" ? options.failOn : void 0);
	const { results, aside } = await readLocalResults(given);
	if (results.length === 0) throw new UserError(nothingUsable(given, aside));
	const cwd = process.cwd();
	const folder = await localFolder(cwd);
	const host = {
		collected: {
			results,
			aside,
			warnings: [],
			runUrl: null
		},
		resultsRoot: path.join(folder, "results"),
		folderName: reportName((/* @__PURE__ */ new Date()).toISOString().replace(/[^0-9TZ]/g, ""), 1),
		store: await openLocalStore(options.baseline, {
			cwd,
			env: process.env,
			signal
		}),
		mayRecord: () => options.save,
		progress: plainProgress((line) => void process.stderr.write(`${line}\n`)),
		signal,
		publish: (reports, { path: shown }) => {
			const width = process.stdout.columns ?? 120;
			const terminal = {
				colour: process.stdout.hasColors?.() ?? false,
				width,
				results: shown,
				isCollected: true
			};
			process.stdout.write(reports.map((joint) => renderTerminal(joint, terminal)).join("\n"));
			return Promise.resolve(reports);
		}
	};
	const { reports } = await runReportLine(inputs, host);
	if (signal.aborted) return EXIT.interrupted;
	return reports.some(({ gate }) => gate.gate === "fail") ? EXIT.failed : EXIT.passed;
}
const MOST_REASONS = 20;
function nothingUsable(given, aside) {
	const reasons = aside.slice(0, MOST_REASONS).map(({ name, reason }) => `${name}: ${reason}`);
	return `${given.join(" ")} holds no results that can be used. ${reasons.join("; ")}`;
}
// src/commands/run.ts
function addRun(program, context) {
	program.command("run").description("measure, judge and show the verdict").option("--suite <suite>", "suite file or builtin:NAME (default: finetune-bench.yml, else builtin:quick)").option("--base <commit>", "run this commit beside HEAD in interleaved pairs where history cannot clear a change").option("--backend <backend>", "run on this backend only; may be given more than once", gather).option("--repeats <count>", "runs of every benchmark, in place of the suite's", wholeNumber).option("--save", "record the result as a new point of this machine's history", false).option("--baseline <place>", "dir:PATH of the history (default: dir:.finetune-bench/baselines)").option("--time-budget <duration>", "longest time to spend measuring (default: 30m)").option("--fail-on <verdicts>", "verdicts that give exit status 1 (default: regression,failed)").option("--python <path>", "an interpreter used as it is, with its packages").option("--runner-key <name>", "name of a pool of interchangeable machines").addHelpText("after", exitStatuses("0 gate passed, 1 gate failed")).action(async (options) => context.finish(await run(options, context)));
}
function wholeNumber(text) {
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 50) throw new InvalidArgumentError("It must be a whole number from 1 to 50.");
	return value;
}
function gather(text, before = []) {
	return [...before, text];
}
/** Measures, judges against the local history and prints the verdict. */
async function run(options, { harness, signal }) {
	const given = {
		suite: options.suite,
		backends: options.backend?.join(","),
		baseline: options.baseline,
		"time-budget": options.timeBudget,
		"fail-on": options.failOn,
		python: options.python,
		"runner-key": options.runnerKey
	};
	const inputs = parseInputs((name) => given[name]);
	const host = await localHost({
		harness,
		baseline: options.baseline ?? null,
		record: options.save,
		repeats: options.repeats ?? null,
		base: options.base ?? null,
		signal
	});
	const { report } = await runPipeline(inputs, host);
	if (signal.aborted) return EXIT.interrupted;
	return report.gate.gate === "fail" ? EXIT.failed : EXIT.passed;
}
// src/commands/validate.ts
function addValidate(program, context) {
	program.command("validate").description("explain the mistakes in a suite file, with line and column").argument("[file]", "the suite file (default: finetune-bench.yml)").addHelpText("after", exitStatuses("0 nothing is wrong with it")).action(async (file) => context.finish(await validate(file)));
}
async function validate(file) {
	const { suite, note } = await loadSuite(file ?? null, process.cwd());
	if (note !== null) throw new UserError(`there is no finetune-bench.yml in ${process.cwd()}; name a suite file to validate`);
	process.stdout.write(`${suite.name}: ${counted(suite.benchmarks.length, "benchmark")}, ${counted(suite.repeats, "run")} each: nothing is wrong with it\n`);
	return EXIT.passed;
}
// src/io/closed-pipe.ts
/** Keeps the command going when the reader of its output leaves, as `| head` does. */
/** What was begun is finished and stored all the same; any other fault of the output flies. */
function outliveReaders() {
	for (const stream of [process.stdout, process.stderr]) stream.on("error", (error) => {
		if (error.code !== "EPIPE") throw error;
	});
}
// src/command-line.ts
/** The local command: its subcommands, and what each kind of error means to whoever typed it. */
/** Runs what was typed; resolves to the exit status. `entry`: the file that was started. */
async function runCommandLine(argv, entry) {
	outliveReaders();
	using stop = stopSignal();
	let status = EXIT.passed;
	try {
		const finish = (ended) => void (status = ended);
		await commandLine({
			signal: stop.signal,
			harness: ownHarness(entry),
			finish
		}).parseAsync(argv);
		return status;
	} catch (error) {
		return stop.signal.aborted ? interrupted() : explained(error);
	}
}
function commandLine(context) {
	const command = new Command("finetune-bench").description("Runs fine-tuning benchmarks on this machine, MLX and PyTorch, and judges them against its own history.").version(VERSION).exitOverride().configureHelp({ optionDescription });
	for (const add of [
		addRun,
		addReport,
		addJudge,
		addQualify,
		addBaselines,
		addValidate,
		addInit
	]) add(command, context);
	helpAfterErrors(command, command.name());
	return command;
}
/** Defaults as a user would type them; that a switch is off without being given goes without saying. */
function optionDescription(option) {
	return new Help().optionDescription(option).replace(/ \(default: false\)$/, "").replace(/\(default: "(.*)"\)$/, "(default: $1)");
}
/** A mistake leads to the help of the very command that it was made in. */
function helpAfterErrors(command, typed) {
	command.showHelpAfterError(`(${typed} --help shows what there is)`);
	for (const sub of command.commands) helpAfterErrors(sub, `${typed} ${sub.name()}`);
}
function interrupted() {
	console.error("finetune-bench: interrupted");
	return EXIT.interrupted;
}
function explained(error) {
	if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.badInput;
	if (error instanceof UserError) {
		console.error(`finetune-bench: ${describeError(error)}`);
		return EXIT.badInput;
	}
	console.error("finetune-bench: a bug. Please report it with the lines below.");
	console.error(error);
	return EXIT.bug;
}
export { runCommandLine };
