/* tape.h - what is kept in the folder of a recording?
 *
 * `pictor serve --record DIR` keeps what goes upstream in DIR, and --replay DIR plays
 * it. Here are the files: by name and right in the folder, each written whole or not
 * at all. What is in them is known to core/lua/cassette.lua and core/lua/tape.lua.
 *
 * All of this blocks while a Lua state is held. That is paid in these two modes only,
 * and the disk is near.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum {
    TAPE_NAME_MAX = 200,
    TAPE_TEXT_MAX = 8 << 20,    /* bytes of one cassette; its pictures are files of their own */
    TAPE_CASSETTES_MAX = 10000,
};

struct tape {
    int folder;                 /* its descriptor, owned; -1: there is none */
    bool plays;                 /* false: records */
    const char *path;           /* as the operator wrote it, borrowed */
};

/* Opens the folder. Who records makes it, where only its last part is missing, and has it for
 * itself until tape_close(). False: *error (an initialised buf) says what was expected and got. */
bool tape_open(struct tape *tape, const char *path, bool plays, struct buf *error);
void tape_close(struct tape *tape);

/* Calls take(context, name) for the name of each cassette, in no order, and for no more than one over
 * TAPE_CASSETTES_MAX. False: the folder cannot be read. */
bool tape_list(const struct tape *tape, void (*take)(void *context, const char *name), void *context);

bool tape_has(const struct tape *tape, const char *name);

/* The three below refuse every name that could lead out of the folder, and follow no symbolic link.
 * They return 0, or the errno that says why not (EFBIG: more than max). */

/* *bytes is from malloc, with a NUL behind len bytes. */
int tape_read(const struct tape *tape, const char *name, size_t max, char **bytes, size_t *len);

/* Readable by its owner only: prompts and pictures are private. */
int tape_write(const struct tape *tape, const char *name, const void *bytes, size_t len);
