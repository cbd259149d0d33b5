/* host.h - what can the Lua of the core ask C for?
 *
 * The private table `host` of core/lua: bytes, time, files, logs, and operations
 * to wait for. Scripts and plugins never see it; they get the table `pictor`,
 * which core/lua/pictor.lua makes of it. Misuse raises an error; what the world
 * refuses comes back as nil and a text.
 *
 * An operation is started by a host function, which returns it; the coroutine
 * then yields one or several of them and is resumed when any is over.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <lua.h>
#include <stddef.h>

#include "blob.h"
#include "op.h"
#include "tape.h"

#define PICTOR_VERSION "0.1.0"

/* Whom the functions act for: the script's context while a request runs, NULL
 * while a state is being prepared. */
struct host_context {
    struct blobs blobs;
    struct op_group group;
    size_t max_answer;      /* ceiling of one upstream answer's body */
};

enum { HOST_FILE_MAX = 1 << 20 };

/* luaL_requiref opener of "host". */
int host_open(lua_State *L);

/* The context. Raises an error while there is no request. */
struct host_context *host_of(lua_State *L);

/* The operation at a stack index. Raises an error when it is none. */
struct op *host_check_op(lua_State *L, int index);

/* The blob that text stands for: by its mark, or text itself as base64. Raises an error for a mark that is no longer one. */
struct blob host_blob(lua_State *L, const char *text, size_t len);

/* Pushes a table of functions that read and write the recording's folder, as long as the state lives. tape is borrowed. */
void host_push_tape(lua_State *L, const struct tape *tape);

/* The parts that host_open() joins, each adding functions to the table on top. */
void host_add_bytes(lua_State *L);
void host_add_hashes(lua_State *L);
void host_add_ops(lua_State *L);
