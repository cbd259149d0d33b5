/* script.c - a Lua state with limits, and the only way into it.
 * SPDX-License-Identifier: MIT */
#include "script.h"

#include <lauxlib.h>
#include <lua-cjson.h>
#include <lualib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOOK_EVERY = 1000 };     /* instructions between two looks at the clock */

struct script {
    lua_State *L;
    pthread_mutex_t lock;
    struct script_limits limits;
    _Atomic size_t memory, peak;
    void *context;
    long instructions_left;
    struct timespec burst_end;
    bool condemned;             /* broke a limit: every further instruction of this burst fails */
    char verdict[LUA_IDSIZE + 128];     /* with the place where it was when it did */
};

static struct script *script_of(lua_State *L)
{
    return *(struct script **)lua_getextraspace(L);
}

static void *allocate(void *user, void *old, size_t old_size, size_t size)
{
    struct script *script = user;
    size_t before = old ? old_size : 0;     /* without old, old_size is a type tag */
    size_t memory = script->memory - before + size;

    if (size == 0) {
        free(old);
        script->memory = memory;
        return NULL;
    }
    if (size > before && memory > script->limits.memory)
        return NULL;
    void *block = realloc(old, size);
    if (!block)
        return NULL;
    script->memory = memory;
    if (memory > script->peak)
        script->peak = memory;
    return block;
}

static bool past(const struct timespec *end)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec > end->tv_nsec);
}

static void condemn(struct script *script, lua_State *L, lua_Debug *ar)
{
    const char *what = script->instructions_left <= 0 ? "instructions" : "time";

    lua_getinfo(L, "Sl", ar);
    snprintf(script->verdict, sizeof script->verdict,
             "%s:%d: script: expected to wait or finish within its limit of %s, got no end", ar->short_src,
             ar->currentline, what);
    script->condemned = true;
}

/* A script could catch the error and go on: once condemned, the hook fires at
 * every instruction, so that the first one outside its pcall ends it. */
static void watch(lua_State *L, lua_Debug *ar)
{
    struct script *script = script_of(L);

    script->instructions_left -= HOOK_EVERY;
    if (!script->condemned && script->instructions_left > 0 && !past(&script->burst_end))
        return;
    if (!script->condemned)
        condemn(script, L, ar);
    lua_sethook(L, watch, LUA_MASKCOUNT, 1);
    lua_pushstring(L, script->verdict);
    lua_error(L);
}

static void begin_burst(struct script *script, lua_State *L)
{
    script->condemned = false;
    script->instructions_left = script->limits.burst_instructions;
    clock_gettime(CLOCK_MONOTONIC, &script->burst_end);
    script->burst_end.tv_sec += script->limits.burst_ms / 1000;
    script->burst_end.tv_nsec += script->limits.burst_ms % 1000 * 1000000L;
    if (script->burst_end.tv_nsec >= 1000000000L) {
        script->burst_end.tv_sec++;
        script->burst_end.tv_nsec -= 1000000000L;
    }
    lua_sethook(L, watch, LUA_MASKCOUNT, HOOK_EVERY);
}

static int open_libraries(lua_State *L)
{
    static const luaL_Reg libraries[] = {
        { LUA_GNAME, luaopen_base },            { LUA_LOADLIBNAME, luaopen_package },
        { LUA_COLIBNAME, luaopen_coroutine },   { LUA_TABLIBNAME, luaopen_table },
        { LUA_STRLIBNAME, luaopen_string },     { LUA_MATHLIBNAME, luaopen_math },
        { LUA_UTF8LIBNAME, luaopen_utf8 },      { "cjson", luaopen_cjson },
        { NULL, NULL },
    };
    const char *lua_path = lua_touserdata(L, 1);

    for (const luaL_Reg *library = libraries; library->func; library++) {
        luaL_requiref(L, library->name, library->func, library->func != luaopen_cjson);
        lua_pop(L, 1);
    }
    lua_getglobal(L, LUA_LOADLIBNAME);
    lua_pushfstring(L, "%s/?.lua", lua_path);
    lua_setfield(L, -2, "path");
    lua_pushliteral(L, "");
    lua_setfield(L, -2, "cpath");
    return 0;
}

static int panic(lua_State *L)
{
    (void)L;
    return 0;       /* unreachable: every entry is protected; returning aborts */
}

struct script *script_new(const struct script_limits *limits, const char *lua_path)
{
    struct script *script = calloc(1, sizeof *script);
    struct buf error;

    if (!script)
        return NULL;
    script->limits = *limits;
    pthread_mutex_init(&script->lock, NULL);
    script->L = lua_newstate(allocate, script);
    if (!script->L)
        goto error;
    lua_atpanic(script->L, panic);
    *(struct script **)lua_getextraspace(script->L) = script;
    buf_init(&error, 4096);
    bool opened = script_call(script, open_libraries, (void *)(size_t)lua_path, &error);
    buf_free(&error);
    if (opened)
        return script;
error:
    script_free(script);
    return NULL;
}

void script_free(struct script *script)
{
    if (!script)
        return;
    if (script->L)
        lua_close(script->L);
    pthread_mutex_destroy(&script->lock);
    free(script);
}

void script_lock(struct script *script) { pthread_mutex_lock(&script->lock); }
bool script_trylock(struct script *script) { return pthread_mutex_trylock(&script->lock) == 0; }
void script_unlock(struct script *script) { pthread_mutex_unlock(&script->lock); }

void script_set_context(struct script *script, void *context) { script->context = context; }
void *script_context(lua_State *L) { return script_of(L)->context; }

/* The error value at the top of the stack, as text, without raising. */
static void add_error(struct buf *error, lua_State *L)
{
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    buf_add_text(error, text ? text : "error: expected a text");
}

/* Appends the coroutine's call stack. Runs protected in the main state:
 * luaL_traceback() allocates. */
struct trace {
    lua_State *co;
    struct buf *out;
};

static int add_traceback(lua_State *L)
{
    struct trace *trace = lua_touserdata(L, 1);

    luaL_traceback(L, trace->co, NULL, 0);
    buf_add_text(trace->out, "\n");
    buf_add_text(trace->out, lua_tostring(L, -1));
    return 0;
}

bool script_call(struct script *script, lua_CFunction work, void *data, struct buf *error)
{
    lua_State *L = script->L;
    int top = lua_gettop(L);

    begin_burst(script, L);
    lua_pushcfunction(L, work);         /* stack: work; light functions need no memory */
    lua_pushlightuserdata(L, data);     /* stack: work, data */
    bool good = lua_pcall(L, 1, 0, 0) == LUA_OK;
    if (!good)
        add_error(error, L);
    lua_settop(L, top);
    return good;
}

struct beginning {
    lua_CFunction work;
    void *data;
    lua_State *co;
};

/* registry[address of the coroutine] = coroutine */
static int begin(lua_State *L)
{
    struct beginning *beginning = lua_touserdata(L, 1);
    lua_State *co = lua_newthread(L);

    lua_rawsetp(L, LUA_REGISTRYINDEX, co);
    lua_pushcfunction(co, beginning->work);
    lua_pushlightuserdata(co, beginning->data);
    beginning->co = co;
    return 0;
}

lua_State *script_begin(struct script *script, lua_CFunction work, void *data)
{
    struct beginning beginning = { work, data, NULL };
    struct buf error;

    buf_init(&error, 4096);
    bool good = script_call(script, begin, &beginning, &error);
    buf_free(&error);
    return good ? beginning.co : NULL;
}

enum script_result script_resume(struct script *script, lua_State *co, int *values, struct buf *error)
{
    bool fresh = lua_status(co) == LUA_OK;

    if (!fresh)
        lua_pop(co, *values);           /* what it yielded last time */
    begin_burst(script, co);
    int status = lua_resume(co, NULL, fresh ? 1 : 0, values);
    if (status == LUA_OK)
        return SCRIPT_DONE;
    if (status == LUA_YIELD)
        return SCRIPT_WAITS;
    add_error(error, co);
    struct trace trace = { co, error };
    struct buf ignored;
    buf_init(&ignored, 4096);
    script_call(script, add_traceback, &trace, &ignored);
    buf_free(&ignored);
    return SCRIPT_FAILED;
}

static int forget(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, lua_touserdata(L, 1));
    return 0;
}

void script_end(struct script *script, lua_State *co)
{
    struct buf ignored;

    lua_resetthread(co);                /* runs pending to-be-closed variables */
    buf_init(&ignored, 4096);
    script_call(script, forget, co, &ignored);
    buf_free(&ignored);
}

size_t script_memory(const struct script *script) { return script->memory; }
size_t script_memory_peak(const struct script *script) { return script->peak; }
