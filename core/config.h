/* config.h - what did the operator write into pictor.lua?
 *
 * The file is Lua; core/lua/config.lua evaluates it in an empty environment and
 * checks it. Here it becomes what C needs, and JSON of the whole for the Lua
 * states that will serve. Built once, then only read.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "auth.h"
#include "buf.h"

struct tape;

struct config {
    char *root;                 /* the folder with core/lua, scripts and modules */
    char *listen;               /* civetweb's list: "127.0.0.1:8080,[::1]:8080" */
    char *certificate;          /* PEM file for civetweb's TLS; "": none */
    char *ca_file;              /* PEM file with the certificates to trust for calls out; "": the system's */
    char *admitted;             /* private hosts that links may lead to, as egress.h has them */
    struct auth_keys *keys;     /* none: everybody on this machine is let in */
    size_t body, answer, lua_memory;    /* ceilings, bytes */
    long in_flight;             /* requests at once, over which callers get 503 */
    long lua_states;
    long upstream_timeout;      /* seconds for one request, all its attempts together */
    long drain_timeout;         /* seconds that a stop waits for requests under way */
    char *log_level;
    char *json;                 /* the whole, checked, defaults filled in; holds secrets */
    const struct tape *tape;    /* of the command line: what is recorded or played; borrowed. NULL: nothing */
};

/* NULL: *error (an initialised buf) says which key, what was expected and what was got.
 * Free with config_free(); NULL is fine. */
struct config *config_load(const char *root, const char *path, struct buf *error);
void config_free(struct config *config);

/* The folder with core/lua: $PICTOR_HOME, or two above the program's own. free()
 * it. NULL: neither has one. */
char *config_find_root(void);
