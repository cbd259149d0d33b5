/* worker.c - requests as coroutines in a few Lua states.
 * SPDX-License-Identifier: MIT */
#include "worker.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "log.h"
#include "script.h"
#include "tape.h"

enum { WAITS_MAX = 64, REPLY_HEADERS_MAX = 64 * 1024, ERROR_MAX = 8192 };

struct pool {
    struct script **states;
    size_t count;
    _Atomic size_t next;
    _Atomic bool stopping;
    const struct config *config;    /* borrowed */
    struct upstream *upstream;      /* borrowed */
};

static const char gateway_key;      /* registry[&gateway_key] = what gateway.prepare() returned */

/* registry[&gateway_key] = require "gateway".prepare(root, config as JSON, the recording's files or nil) */
static int prepare(lua_State *L)
{
    const struct config *config = lua_touserdata(L, 1);

    luaL_requiref(L, "host", host_open, 0);
    lua_getglobal(L, "require");
    lua_pushliteral(L, "gateway");
    lua_call(L, 1, 1);
    lua_getfield(L, -1, "prepare");
    lua_pushstring(L, config->root);
    lua_pushstring(L, config->json);
    if (config->tape)
        host_push_tape(L, config->tape);
    else
        lua_pushnil(L);
    lua_call(L, 3, 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &gateway_key);
    return 0;
}

static struct script *state_new(const struct config *config, struct buf *error)
{
    const struct script_limits usual = { config->lua_memory, 50000000, 2000 };
    const struct script_limits with_tape = { config->lua_memory, 1000000000, 60000 };   /* a burst may wait for the disk */
    char lua_path[PATH_MAX];

    snprintf(lua_path, sizeof lua_path, "%s/core/lua", config->root);
    struct script *script = script_new(config->tape ? &with_tape : &usual, lua_path);
    if (!script) {
        buf_add_text(error, "limits.lua_memory: expected room for a Lua state, got too little");
        return NULL;
    }
    if (script_call(script, prepare, (void *)(size_t)config, error))
        return script;
    script_free(script);
    return NULL;
}

struct pool *pool_new(const struct config *config, struct upstream *upstream, struct buf *error)
{
    struct pool *pool = calloc(1, sizeof *pool);
    size_t count = (size_t)config->lua_states;

    if (!pool)
        return NULL;
    pool->config = config;
    pool->upstream = upstream;
    pool->states = calloc(count, sizeof(struct script *));
    while (pool->states && pool->count < count) {
        struct script *state = state_new(config, error);
        if (!state)
            break;
        pool->states[pool->count++] = state;
    }
    if (pool->count == count)
        return pool;
    pool_free(pool);
    return NULL;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (size_t i = 0; i < pool->count; i++)
        script_free(pool->states[i]);
    free(pool->states);
    free(pool);
}

void pool_stop(struct pool *pool) { pool->stopping = true; }

struct pool_figures pool_figures(const struct pool *pool)
{
    struct pool_figures figures = { .states = pool->count };

    for (size_t i = 0; i < pool->count; i++) {
        size_t peak = script_memory_peak(pool->states[i]);
        figures.bytes += script_memory(pool->states[i]);
        if (peak > figures.peak_bytes)
            figures.peak_bytes = peak;
    }
    return figures;
}

bool work_init(struct work *work, struct pool *pool)
{
    *work = (struct work){ .caller = -1 };
    buf_init(&work->body, WORK_TEXT_MAX);
    buf_init(&work->headers, REPLY_HEADERS_MAX);
    buf_init(&work->text, OP_SKELETON_MAX);
    work->host.max_answer = pool->config->answer;
    bool good = blobs_init(&work->host.blobs)
             && op_group_init(&work->host.group, &work->host.blobs, pool->upstream);
    work->host.group.stopping = &pool->stopping;
    work->host.group.hurried = pool->config->tape && pool->config->tape->plays;
    work->host.group.admitted = pool->config->admitted;
    work->host.group.allowance = pool->config->body;    /* a client's links bring no more than it might have sent */
    return good;
}

void work_free(struct work *work)
{
    op_group_free(&work->host.group);
    rope_free(&work->rope);
    buf_free(&work->body);
    buf_free(&work->headers);
    buf_free(&work->text);
    blobs_free(&work->host.blobs);
}

static void set_text(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

/* The exchange that the gateway gets: { entry, id, body, form, subject, caller, explain } */
static void push_exchange(lua_State *L, const struct work *work)
{
    lua_createtable(L, 0, 7);
    set_text(L, "entry", work->entry);
    set_text(L, "id", work->id);
    set_text(L, "subject", work->subject);
    lua_pushlstring(L, work->body.data ? work->body.data : "", work->body.len);
    lua_setfield(L, -2, "body");
    lua_pushboolean(L, work->form);
    lua_setfield(L, -2, "form");
    lua_pushinteger(L, work->caller + 1);
    lua_setfield(L, -2, "caller");
    lua_pushboolean(L, work->explain);
    lua_setfield(L, -2, "explain");
}

static void add_header(lua_State *L, struct work *work, const char *name, const char *value)
{
    if (strpbrk(name, "\r\n:") || strpbrk(value, "\r\n"))
        luaL_error(L, "reply.headers.%s: expected no line break, got one", name);
    if (!buf_add_format(&work->headers, "%s: %s\r\n", name, value))
        luaL_error(L, "reply.headers: expected under %d bytes", REPLY_HEADERS_MAX);
}

/* Copies the reply { status, headers, body } at the top of the stack out of Lua. */
static void take_reply(lua_State *L, struct work *work)
{
    size_t len;

    luaL_checktype(L, -1, LUA_TTABLE);
    int reply = lua_gettop(L);
    lua_getfield(L, reply, "body");
    const char *body = luaL_checklstring(L, -1, &len);
    if (!buf_add(&work->text, body, len))
        luaL_error(L, "reply.body: expected under %d bytes without its pictures", OP_SKELETON_MAX);
    lua_getfield(L, reply, "headers");
    lua_pushnil(L);
    while (lua_next(L, -2)) {               /* stack: ..., headers, name, value */
        add_header(L, work, luaL_checkstring(L, -2), luaL_checkstring(L, -1));
        lua_pop(L, 1);
    }
    lua_getfield(L, reply, "status");
    work->status = (int)luaL_checkinteger(L, -1);
}

static int served(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    take_reply(L, (struct work *)context);
    return 0;
}

/* The coroutine's body: gateway.serve(exchange) -> reply */
static int serve(lua_State *L)
{
    struct work *work = lua_touserdata(L, 1);

    lua_rawgetp(L, LUA_REGISTRYINDEX, &gateway_key);
    lua_getfield(L, -1, "serve");
    push_exchange(L, work);                 /* stack: work, gateway, serve, exchange */
    lua_callk(L, 1, 1, (lua_KContext)work, served);
    return served(L, LUA_OK, (lua_KContext)work);
}

/* A state that nobody holds; else the next in turn. Locked. */
static struct script *borrow(struct pool *pool)
{
    size_t first = pool->next++;

    for (size_t i = 0; i < pool->count; i++) {
        struct script *state = pool->states[(first + i) % pool->count];
        if (script_trylock(state))
            return state;
    }
    struct script *state = pool->states[first % pool->count];
    script_lock(state);
    return state;
}

struct waits {
    lua_State *co;
    struct op *ops[WAITS_MAX];
    size_t count;
};

/* The operations that the coroutine yielded. Runs protected: they may be none. */
static int take_waits(lua_State *L)
{
    struct waits *waits = lua_touserdata(L, 1);
    int top = lua_gettop(waits->co);

    if (waits->count == 0 || waits->count > WAITS_MAX)
        return luaL_error(L, "gateway: expected 1 to %d operations to wait for, got %d", WAITS_MAX, (int)waits->count);
    for (size_t i = 0; i < waits->count; i++) {
        lua_pushvalue(waits->co, top - (int)waits->count + 1 + (int)i);
        lua_xmove(waits->co, L, 1);
        waits->ops[i] = host_check_op(L, -1);
        lua_pop(L, 1);
    }
    return 0;
}

/* Waits with the state let go. False: *error. */
static bool wait(struct script *state, lua_State *co, int values, struct work *work, struct buf *error)
{
    struct waits waits = { .co = co, .count = (size_t)values };

    if (!script_call(state, take_waits, &waits, error))
        return false;
    script_unlock(state);
    double before = op_now();
    op_wait_any(waits.ops, waits.count);
    work->upstream_seconds += op_now() - before;
    script_lock(state);
    script_set_context(state, &work->host);
    return true;
}

/* Bursts and waits in turn until the coroutine ends. True: the reply was taken. */
static bool run(struct script *state, lua_State *co, struct work *work, struct buf *error)
{
    int values = 0;

    for (;;) {
        double before = op_now();
        enum script_result result = script_resume(state, co, &values, error);
        work->policy_seconds += op_now() - before;
        if (result == SCRIPT_DONE)
            return true;
        if (result == SCRIPT_FAILED || !wait(state, co, values, work, error))
            return false;
    }
}

static void blame_script(struct work *work, struct buf *error)
{
    char *trace = error->data ? strchr(error->data, '\n') : NULL;

    if (trace)
        *trace++ = '\0';
    LOG(LOG_ERROR, "policy_error", LOG_TEXT("id", work->id), LOG_TEXT("error", error->data), LOG_TEXT("trace", trace));
    work_fail(work, "policy_error", NULL, "policy: a script of this gateway failed; its operator finds the reason "
              "in the log under request %s", work->id);
}

void pool_serve(struct pool *pool, struct work *work)
{
    struct script *state = borrow(pool);
    struct buf error;

    buf_init(&error, ERROR_MAX);
    script_set_context(state, &work->host);
    lua_State *co = script_begin(state, serve, work);
    bool good = co && run(state, co, work, &error);
    if (co)
        script_end(state, co);
    script_set_context(state, NULL);
    script_unlock(state);
    if (!good)
        blame_script(work, &error);
    else if (!rope_split(&work->rope, work->text.data, work->text.len, &work->host.blobs, ROPE_BASE64))
        work_fail(work, "overloaded", NULL, "memory: expected some for the reply, got none; try again");
    buf_free(&error);
}

static const struct error_row *find_row(const char *code)
{
    for (int i = 0; i < ERROR_COUNT; i++) {
        if (strcmp(error_rows[i].code, code) == 0)
            return &error_rows[i];
    }
    return &error_rows[ERROR_policy_error];
}

static void add_json_text(struct buf *out, const char *text)
{
    buf_add_text(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            buf_add_format(out, "\\%c", c);
        else if (c < ' ' || c >= 127)
            buf_add_format(out, "\\u%04x", c);
        else
            buf_add(out, text, 1);
    }
    buf_add_text(out, "\"");
}

void work_fail(struct work *work, const char *code, const char *param, const char *format, ...)
{
    const struct error_row *row = find_row(code);
    char message[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    rope_free(&work->rope);
    buf_free(&work->text);
    buf_free(&work->headers);
    buf_add_text(&work->text, "{\"error\":{\"message\":");
    add_json_text(&work->text, message);
    buf_add_format(&work->text, ",\"type\":\"%s\",\"param\":", row->type);
    if (param)
        add_json_text(&work->text, param);
    else
        buf_add_text(&work->text, "null");
    buf_add_format(&work->text, ",\"code\":\"%s\"}}", row->code);
    work->status = row->status;
    if (row->status == 503)
        buf_add_text(&work->headers, "retry-after: 2\r\n");
    rope_split(&work->rope, work->text.data, work->text.len, &work->host.blobs, ROPE_BASE64);
}
