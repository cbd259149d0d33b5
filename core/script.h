/* script.h - how does Lua run here without taking the process with it?
 *
 * One Lua state with limits: memory by a counting allocator; instructions and
 * wall time of one burst (from being resumed until waiting again) by a hook.
 * Every entry into Lua goes through script_call() or script_resume(), nothing
 * else in the project calls lua_pcall or lua_resume. Knows nothing of requests.
 *
 * A state is used by one thread at a time: hold script_lock() around all that
 * touches it. Its extra space holds the struct script, for all its coroutines.
 * SPDX-License-Identifier: MIT */
#pragma once

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct script_limits {
    size_t memory;              /* bytes of one state, everything in it */
    long burst_instructions;    /* VM instructions */
    long burst_ms;              /* wall time */
};

struct script;

/* A state with the standard libraries that core/lua uses and cjson; `require`
 * finds lua_path only. NULL when out of memory. Free with script_free(). */
struct script *script_new(const struct script_limits *limits, const char *lua_path);
void script_free(struct script *script);

void script_lock(struct script *script);
bool script_trylock(struct script *script);
void script_unlock(struct script *script);

/* What host functions act for at the moment: set before each burst, by the
 * thread that holds the lock. */
void script_set_context(struct script *script, void *context);
void *script_context(lua_State *L);

enum script_result { SCRIPT_DONE, SCRIPT_WAITS, SCRIPT_FAILED };

/* Runs work(L) with data as its light userdata argument, protected and within
 * the limits. False: *error (an initialised buf) has "file:line: text". */
bool script_call(struct script *script, lua_CFunction work, void *data, struct buf *error);

/* A coroutine that will run work with data as its light userdata argument, kept
 * alive until script_end(). NULL when out of memory. */
lua_State *script_begin(struct script *script, lua_CFunction work, void *data);

/* One burst of the coroutine. SCRIPT_WAITS: it yielded *values values, which are
 * on top of its stack until the next burst, which is told their number in
 * *values again. SCRIPT_FAILED: *error as above, with a traceback in its further
 * lines. */
enum script_result script_resume(struct script *script, lua_State *co, int *values, struct buf *error);

/* Lets go of the coroutine, whatever its state; closes what it had open. */
void script_end(struct script *script, lua_State *co);

/* Bytes in use now, and the most there ever were. No lock needed: a hint. */
size_t script_memory(const struct script *script);
size_t script_memory_peak(const struct script *script);
