import { Command, CommanderError, Option } from 'commander';
import { UsageError } from './usageError';

/** The command line as it was written. Numbers are texts still, for what is wrong with them is said where they are read. */
export interface Arguments {
	/** A configuration's path, or prompts. */
	what: string[];
	input?: string;
	count?: string;
	referenceImage: string[];
	imageDir?: string;
	outputDir?: string;
	nameStyle?: 'slug' | 'list';
	model?: string;
	size?: string;
	quality?: string;
	format: 'text' | 'json';
	timeout?: string;
	maxConcurrent?: string;
	provider?: 'openai' | 'azure' | 'compatible';
	estimateOnly?: boolean;
	dryRun?: boolean;
	resume?: boolean;
	fromScratch?: boolean;
}

/** Where commander's own words go. */
export interface Voice {
	out(text: string): void;
	err(text: string): void;
}

/**
 * Reads the command line.
 * @param argv without the program's own name
 * @returns `null` where help was asked for, and given
 * @throws UsageError for what no command line may have
 */
export function readArguments(argv: readonly string[], voice: Voice): Arguments | null {
	const command = commandLine(voice);
	try {
		command.parse([...argv], { from: 'user' });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return null;
		throw new UsageError(`${error.message.replace(/^error: /, '')}\nSee --help.`);
	}
	const given = { what: command.args, ...command.opts<Omit<Arguments, 'what'>>() };
	if (given.resume && given.fromScratch)
		throw new UsageError('--resume goes on with an earlier run, --from-scratch leaves it aside. Give one.');
	return given;
}

function commandLine({ out, err }: Voice): Command {
	const collect = (value: string, all: string[]) => [...all, value];
	return new Command('batch')
		.description('Makes the images of a configuration, of prompts, or of a list of prompts.')
		.usage(
			'config.json [options]\n       batch "prompt"... [options]\n       batch --input prompts.txt [options]',
		)
		.argument('[what...]', 'one configuration (a .json file), or prompts')
		.option('--input <file>', 'a list of prompts; - for standard input')
		.option('--count <n>', 'images of each prompt')
		.option(
			'--reference-image <image>',
			'makes edits of the prompts: a file, an address or a file ID',
			collect,
			[],
		)
		.option('--image-dir <dir>', "where a configuration's pictures are, if not beside it")
		.option('--output-dir <dir>', 'where the images go')
		.addOption(new Option('--name-style <style>', 'how files are named').choices(['slug', 'list']))
		.option('--model <id>', 'the model of the prompts')
		.option('--size <size>', 'the size of the prompts, such as 1536x1024')
		.option('--quality <quality>', 'the quality of the prompts: auto, low, medium, high, xhigh, max')
		.addOption(
			new Option('--format <format>', 'of what goes to standard output')
				.choices(['text', 'json'])
				.default('text'),
		)
		.option('--timeout <ms>', 'for the whole run, milliseconds')
		.option('--max-concurrent <n>', 'requests in flight at the most')
		.addOption(
			new Option('--provider <name>', 'who answers, if the base URL does not say it').choices([
				'openai',
				'azure',
				'compatible',
			]),
		)
		.option('--estimate-only', 'says what it would cost; nothing is sent')
		.option('--dry-run', 'the same')
		.option('--resume', 'makes what is missing of an earlier run in the same folder')
		.option('--from-scratch', 'makes all anew beside an earlier run, under new names')
		.helpOption('--help', 'shows this')
		.exitOverride()
		.configureOutput({
			writeOut: out,
			writeErr: err,
			// Said once, by whoever catches it.
			outputError: () => undefined,
		});
}
