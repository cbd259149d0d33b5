/* command.c - the command line.
 * SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <getopt.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "base64.h"
#include "config.h"
#include "jsonlift.h"
#include "log.h"
#include "module.h"
#include "serve.h"
#include "server.h"
#include "tape.h"
#include "upstream.h"
#include "worker.h"

enum { GOOD, FAILED, WRONG_USAGE, ERROR_MAX = 4096 };

struct arguments {
    const char *config;         /* -c */
    const char *record, *replay;    /* --record, --replay: a folder, or NULL */
    bool options;               /* --options */
    int count;                  /* what is left */
    char **rest;
};

struct command {
    const char *name, *usage, *about, *help;
    int (*run)(const struct arguments *arguments);
};

static void say_no_root(void)
{
    const char *home = getenv("PICTOR_HOME");

    if (home)
        log_say("PICTOR_HOME: expected the folder that holds core/lua, scripts and modules, got \"%s\"", home);
    else
        log_say("core/lua: expected it in a folder above the program, or in the one that PICTOR_HOME names, got none");
}

/* The loaded configuration, or NULL when a person has been told why not. */
static struct config *load(const struct arguments *arguments)
{
    struct config *config = NULL;
    struct buf error;
    char *root = config_find_root();

    buf_init(&error, ERROR_MAX);
    if (!root)
        say_no_root();
    else if (!(config = config_load(root, arguments->config, &error)))
        log_say("%s", error.data ? error.data : "config: expected to load, ran out of memory");
    free(root);
    buf_free(&error);
    if (config) {
        enum log_level level;
        log_level_parse(config->log_level, &level);
        log_set_level(level);
    }
    return config;
}

/* Gives config the tape that was asked for, if one was. False: a person has been told why not. */
static bool open_tape(struct tape *tape, struct config *config, const struct arguments *arguments)
{
    bool plays = arguments->replay != NULL;
    const char *path = plays ? arguments->replay : arguments->record;
    struct buf error;

    *tape = (struct tape){ .folder = -1 };
    if (!path)
        return true;
    buf_init(&error, ERROR_MAX);
    bool good = tape_open(tape, path, plays, &error);
    if (!good)
        log_say("%s", error.data ? error.data : "tape: expected memory, got none");
    buf_free(&error);
    config->tape = tape;
    config->lua_states = 1;     /* which counts the cassettes, and knows which one is next */
    return good;
}

static int run_serve(const struct arguments *arguments)
{
    if (arguments->record && arguments->replay) {
        log_say("serve: expected one of --record and --replay, got both; see `pictor serve --help`");
        return WRONG_USAGE;
    }
    struct config *config = load(arguments);
    struct tape tape;

    if (!config)
        return FAILED;
    int code = open_tape(&tape, config, arguments) ? serve_until_stopped(config) : FAILED;
    tape_close(&tape);
    config_free(config);
    log_forget_secrets();
    return code;
}

static void print_rope(const struct rope *rope)
{
    char scratch[base64_encoded_size(ROPE_CHUNK)];
    struct rope_walk walk = { .rope = rope };
    const char *data;
    size_t n;

    char last = '\n';

    while ((n = rope_next(&walk, 0, scratch, &data)) > 0) {
        fwrite(data, 1, n, stdout);
        last = data[n - 1];
    }
    if (last != '\n')
        putchar('\n');
}

/* Takes body, from malloc. False: it is too large, or memory ran out. */
static bool give_body(struct work *work, char *body, size_t len)
{
    if (!body)
        return true;
    if (!blobs_adopt(&work->host.blobs, body)) {
        free(body);
        return false;
    }
    return jsonlift(&work->body, body, len, &work->host.blobs) == JSONLIFT_OK;
}

/* Runs one entry of the gateway and prints its reply. Takes body. */
static int print_entry(struct pool *pool, const char *entry, char *body, size_t len)
{
    struct work work;
    bool good = work_init(&work, pool);

    if (!good)
        free(body);
    good = good && give_body(&work, body, len);
    if (good) {
        work.entry = entry;
        work.explain = true;
        pool_serve(pool, &work);
        print_rope(&work.rope);
        good = work.status < 400;
    } else {
        log_say("body: expected at most %d bytes besides its pictures, got more", WORK_TEXT_MAX);
    }
    work_free(&work);
    return good ? GOOD : FAILED;
}

/* The same with a Lua state of its own, and no server. Sends nothing. Takes body. */
static int ask_gateway(struct config *config, const char *entry, char *body, size_t len)
{
    const struct upstream_options options = { .user_agent = "pictor", .connect_timeout_ms = 1000 };
    struct upstream *upstream = upstream_new(&options);
    struct buf error;
    int code = FAILED;

    buf_init(&error, ERROR_MAX);
    config->lua_states = 1;
    struct pool *pool = upstream ? pool_new(config, upstream, &error) : NULL;
    if (pool) {
        code = print_entry(pool, entry, body, len);
    } else {
        free(body);
        log_say("%s", error.data ? error.data : "memory: expected some, got none");
    }
    pool_free(pool);
    upstream_free(upstream);
    buf_free(&error);
    return code;
}

static int run_check(const struct arguments *arguments)
{
    struct config *config = load(arguments);

    if (!config)
        return FAILED;
    int code = ask_gateway(config, "check", NULL, 0);
    if (code == GOOD)
        printf("%s is good\n", arguments->config);
    config_free(config);
    return code;
}

/* The whole file, or standard input for "-"; NULL when a person has been told why not. */
static char *read_request(const char *path, size_t max, size_t *len)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    struct buf body;
    char piece[16384];
    size_t n;
    int reason = file ? 0 : errno;
    bool good = file != NULL;

    buf_init(&body, max);
    while (good && (n = fread(piece, 1, sizeof piece, file)) > 0)
        good = buf_add(&body, piece, n);
    if (file && ferror(file))
        reason = errno;
    if (file && file != stdin)
        fclose(file);
    if (good && !reason && buf_reserve(&body, 1))
        return buf_take(&body, len);
    buf_free(&body);
    log_say("%s: expected a readable file of at most %zu bytes, got %s", path, max, reason ? strerror(reason) : "more");
    return NULL;
}

static int run_explain(const struct arguments *arguments)
{
    if (arguments->count != (arguments->options ? 0 : 1)) {
        log_say("explain: expected %s, got %d", arguments->options ? "no file with --options"
                : "one file with a request, or - for standard input", arguments->count);
        return WRONG_USAGE;
    }
    struct config *config = load(arguments);
    size_t len = 0;
    char *body = NULL;
    int code = FAILED;

    if (config && arguments->options)
        code = ask_gateway(config, "options", NULL, 0);
    else if (config && (body = read_request(arguments->rest[0], config->body, &len)))
        code = ask_gateway(config, "generations", body, len);
    config_free(config);
    return code;
}

static bool good_name(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= 64
        && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.@") == len;
}

static int run_keys(const struct arguments *arguments)
{
    char key[AUTH_KEY + 1], hex[2 * AUTH_HASH + 1];

    if (arguments->count != 2 || strcmp(arguments->rest[0], "new") != 0 || !good_name(arguments->rest[1])) {
        log_say("keys: expected \"keys new NAME\", with a name of letters, digits and - _ . @");
        return WRONG_USAGE;
    }
    if (!auth_key_new(key)) {
        log_say("keys: expected the kernel's randomness, got none");
        return FAILED;
    }
    auth_sha256_hex(hex, key, strlen(key));
    printf("The key, for the client. It is shown this once:\n\n    %s\n\n", key);
    printf("Its line in pictor.lua, under keys:\n\n    { name = \"%s\", sha256 = \"%s\" },\n", arguments->rest[1], hex);
    return GOOD;
}

static int run_version(const struct arguments *arguments)
{
    const struct pictor_module *module;

    (void)arguments;
    printf("pictor %s\n%s, civetweb %s, %s, base64 on %s\n", PICTOR_VERSION, LUA_RELEASE, server_library(),
           upstream_library(), base64_kernel());
    for (size_t i = 0; (module = module_at(i)); i++)
        printf("module %s: %s\n", module->name, module->about);
    return GOOD;
}

static const struct command commands[] = {
    { "serve", "serve [-c FILE]", "answer requests until stopped",
      "Answers requests until SIGTERM or SIGINT, then finishes what is under way and ends with 0.\n"
      "Logs one JSON line per event to standard error.\n"
      "    --record DIR   keep what goes upstream, and what comes back, as files in DIR, without secrets\n"
      "    --replay DIR   answer from what was recorded in DIR; nothing goes to the network\n", run_serve },
    { "check", "check [-c FILE]", "load everything, say what is there, and end",
      "Loads the configuration, the policy and the providers as `serve` would, and lists what is served.\n"
      "Ends with 1 and the place of the fault when something is wrong. Sends nothing.\n", run_check },
    { "explain", "explain [-c FILE] REQUEST.json", "show what would be done with a request",
      "Prints the request as it was understood, the plan, and the call that would go upstream, with secrets\n"
      "masked. Sends nothing. REQUEST.json is the body of POST /v1/images/generations; - is standard input.\n"
      "    --options   list every option of the configuration and of the providers instead\n", run_explain },
    { "keys", "keys new NAME", "make a key for a client",
      "Prints a new key, once, and the line with its SHA-256 for pictor.lua.\n", run_keys },
    { "version", "version", "show the version, and of what it is made", "", run_version },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

static bool takes_config(const struct command *command) { return strstr(command->usage, "-c FILE") != NULL; }
static bool takes_options(const struct command *command) { return command->run == run_explain; }
static bool takes_tape(const struct command *command) { return command->run == run_serve; }

static void print_help(void)
{
    printf("Pictor is an image gateway: clients speak OpenAI's Images API to it, scripts decide who draws.\n\nUsage:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("    pictor %-32s %s\n", commands[i].usage, commands[i].about);
    printf("\n    -c, --config FILE   the configuration; default: pictor.lua in this folder\n"
           "    -h, --help          this text, or behind a command the command's\n"
           "\nA first picture without any provider: examples/quickstart\n");
}

static void print_command_help(const struct command *command)
{
    printf("pictor %s - %s\n\n%s", command->usage, command->about, command->help);
    if (takes_config(command))
        printf("    -c, --config FILE   the configuration; default: pictor.lua in this folder\n");
}

enum parsed { PARSED, PARSED_HELP, PARSED_WRONG };

/* What getopt_long() gives for options without a letter. */
enum { OPTION_LONG = 256, OPTION_OPTIONS = OPTION_LONG, OPTION_RECORD, OPTION_REPLAY };
static const char *const long_only[] = { "--options", "--record", "--replay" };

/* What getopt_long() did not understand, or the command does not take. */
static enum parsed refuse_option(const struct command *command, int option, const char *long_word)
{
    int value = option == '?' || option == ':' ? optopt : option;
    char short_word[] = { '-', (char)value, '\0' };
    const char *word = value >= OPTION_LONG ? long_only[value - OPTION_LONG] : value ? short_word : long_word;

    if (option == ':')
        log_say("%s: expected a %s behind %s; see `pictor %s --help`", command->name,
                value == 'c' ? "file" : "folder", word, command->name);
    else
        log_say("%s: expected one of %s%s%s-h, --help, got \"%s\"; see `pictor %s --help`", command->name,
                takes_config(command) ? "-c, --config, " : "", takes_options(command) ? "--options, " : "",
                takes_tape(command) ? "--record, --replay, " : "", word, command->name);
    return PARSED_WRONG;
}

static enum parsed parse(const struct command *command, struct arguments *arguments, int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },            { "help", no_argument, NULL, 'h' },
        { "options", no_argument, NULL, OPTION_OPTIONS },      { "record", required_argument, NULL, OPTION_RECORD },
        { "replay", required_argument, NULL, OPTION_REPLAY },  { NULL, 0, NULL, 0 },
    };
    int option;

    *arguments = (struct arguments){ .config = "pictor.lua" };
    while ((option = getopt_long(argc, argv, ":c:h", options, NULL)) != -1) {
        if (option == 'c' && takes_config(command))
            arguments->config = optarg;
        else if (option == OPTION_OPTIONS && takes_options(command))
            arguments->options = true;
        else if (option == OPTION_RECORD && takes_tape(command))
            arguments->record = optarg;
        else if (option == OPTION_REPLAY && takes_tape(command))
            arguments->replay = optarg;
        else
            return option == 'h' ? PARSED_HELP : refuse_option(command, option, argv[optind - 1]);
    }
    arguments->count = argc - optind;
    arguments->rest = argv + optind;
    return PARSED;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct arguments arguments;

    switch (parse(command, &arguments, argc, argv)) {
    case PARSED_HELP:
        print_command_help(command);
        return GOOD;
    case PARSED_WRONG:
        return WRONG_USAGE;
    case PARSED:
        break;
    }
    if (arguments.count > 0 && command->run != run_explain && command->run != run_keys) {
        log_say("%s: expected no further argument, got \"%s\"", command->name, arguments.rest[0]);
        return WRONG_USAGE;
    }
    return command->run(&arguments);
}

int command_run(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        print_help();
        return GOOD;
    }
    const struct command *command = find(strcmp(name, "--version") == 0 ? "version" : name);
    if (command)
        return run_command(command, argc - 1, argv + 1);
    log_say("command: expected one of serve, check, explain, keys, version, got \"%s\"; see `pictor --help`", name);
    return WRONG_USAGE;
}
