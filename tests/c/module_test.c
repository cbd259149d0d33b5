/* module_test.c - does a task get the pictures that it was given, as bytes?
 *
 * First as C gives them, then as Lua does: { picture = mark or base64 }.
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "check.h"
#include "host.h"
#include "script.h"

/* A module of this test's own: repeats what it sees of the argument "one". */

static int runs;
static const unsigned char *seen;

static int look(struct pictor_task *task)
{
    size_t len = 99;
    const unsigned char *bytes = pictor_picture(task, "one", &len);
    unsigned char *copy = malloc(len + 1);

    runs++;
    seen = bytes;
    pictor_give_integer(task, "there", bytes != NULL);
    pictor_give_integer(task, "len", (long)len);
    if (bytes)
        memcpy(copy, bytes, len);
    copy[len] = 0;
    return pictor_give_picture(task, "copy", copy, len);
}

PICTOR_MODULE(eye, "looks, for module_test", { "look", look });

static struct pictor_task *looked(const char *name, const struct blob *blob)
{
    struct pictor_task *task = module_task_new(module_find_task("eye.look"));

    if (blob)
        module_task_picture(task, name, blob);
    module_task_text(task, "text", "one");
    module_task_run(task);
    return task;
}

static void check_forms(void)
{
    static const struct {
        const char *what;
        struct blob blob;
        const char *bytes;
        long len;
    } cases[] = {
        { "bytes", { "\0a\xff", 3, BLOB_RAW }, "\0a\xff", 3 },
        { "no bytes", { "", 0, BLOB_RAW }, "", 0 },
        { "base64", { "AGH/", 4, BLOB_BASE64 }, "\0a\xff", 3 },
        { "padded base64", { "AGE=", 4, BLOB_BASE64 }, "\0a", 2 },
        { "empty base64", { "", 0, BLOB_BASE64 }, "", 0 },
        { "base64 that something follows", { "AGH/AGH/", 4, BLOB_BASE64 }, "\0a\xff", 3 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *task = looked("one", &cases[i].blob);
        CHECK(!task->failed && task->result_count == 3 && task->results[0].integer == 1, "%s: a picture is there",
              cases[i].what);
        CHECK(task->results[1].integer == cases[i].len && memcmp(task->results[2].bytes, cases[i].bytes, (size_t)cases[i].len) == 0,
              "%s: decoded to %ld bytes", cases[i].what, cases[i].len);
        CHECK((seen == (const unsigned char *)cases[i].blob.data) == (cases[i].blob.form == BLOB_RAW), "%s: %s",
              cases[i].what, cases[i].blob.form == BLOB_RAW ? "borrowed, not copied" : "decoded elsewhere");
        CHECK(!task->arguments[0].bytes, "%s: nothing decoded outlives the task", cases[i].what);
        module_task_free(task);
    }
}

static void check_absent(void)
{
    static const struct blob blob = { "AGH/", 4, BLOB_BASE64 };
    struct pictor_task *other = looked("other", &blob), *none = looked(NULL, NULL);
    size_t len = 99;

    CHECK(other->results[0].integer == 0 && other->results[1].integer == 0, "another name: no picture, no length");
    CHECK(none->results[0].integer == 0, "no picture at all");
    CHECK(!pictor_picture(none, "text", &len) && len == 0, "a text is no picture");
    CHECK(!pictor_text(other, "other"), "a picture is no text");
    module_task_free(other);
    module_task_free(none);
}

static void check_not_base64(void)
{
    static const char *const cases[] = { "AGH", "AGH/\n", "AG=/", "AGF=", "-_==", "data:image/png;base64,AGH/", "====" };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int before = runs;
        struct pictor_task *task = looked("one", &(struct blob){ cases[i], strlen(cases[i]), BLOB_BASE64 });
        CHECK(runs == before && task->failed, "\"%s\": the task does not begin", cases[i]);
        CHECK_TEXT(task->reason, "one: expected base64, got something else", "the reason");
        module_task_free(task);
    }
}

static void check_room(void)
{
    static const struct blob blob = { "AGH/", 4, BLOB_BASE64 };
    struct pictor_task *task = module_task_new(module_find_task("eye.look"));
    int added = 0;

    while (added < 100 && module_task_picture(task, "one", &blob))
        added++;
    CHECK(added == MODULE_VALUES_MAX, "no more pictures than there is room for");
    module_task_free(task);     /* one that never ran */
}

/* ---- from Lua ----------------------------------------------------------------------- */

static int run_lua(lua_State *L)
{
    const char *text = lua_touserdata(L, 1);

    luaL_requiref(L, "host", host_open, 0);
    lua_setglobal(L, "host");
    lua_pushlstring(L, host_of(L)->blobs.nonce, BLOB_NONCE);
    lua_setglobal(L, "nonce");
    if (luaL_loadstring(L, text) != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 0);
    return 0;
}

/* Runs host.task() as Lua would, and then its task. */
static struct pictor_task *asked(struct script *script, struct host_context *host, const char *text, struct buf *error)
{
    script_lock(script);
    script_set_context(script, host);
    bool good = script_call(script, run_lua, (void *)(uintptr_t)text, error);
    script_unlock(script);
    if (!good)
        return NULL;
    op_wait_any(&host->group.ops, 1);
    return host->group.ops->task;
}

static void check_lua(void)
{
    static const struct {
        const char *text;
        const char *expected;   /* what the task saw, or why it failed or was not even asked */
    } cases[] = {
        { "host.task('eye.look', { one = { picture = '<blob:' .. nonce .. ':00000000>' } })", "raw" },
        { "host.task('eye.look', { one = { picture = '<blob:' .. nonce .. ':00000001>' } })", "coded" },
        { "host.task('eye.look', { one = { picture = 'cGxhaW4=' } })", "plain" },
        { "host.task('eye.look', { one = { picture = '' } })", "" },
        { "host.task('eye.look', { one = { picture = '<blob:' .. nonce .. ':00000002>' } })",
          "one: expected base64, got something else" },
        { "host.task('eye.look', { one = { picture = '<blob:' .. nonce .. ':00000000> ' } })",
          "one: expected base64, got something else" },
        { "host.task('eye.look', { one = { picture = '<blob:00000000000000000000000000000000:00000000>' } })",
          "one: expected base64, got something else" },
        { "host.task('eye.look', { one = { picture = 7 } })", "task.args: expected" },
        { "host.task('eye.look', { one = {} })", "task.args: expected" },
        { "host.task('eye.look', { one = true })", "expected, got boolean" },
    };
    static const struct script_limits limits = { 8 << 20, 1000000, 2000 };
    struct script *script = script_new(&limits, "?.lua");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct host_context host = { .max_answer = 1 };
        char mark[BLOB_MARK];
        struct buf error;
        buf_init(&error, 4096);
        blobs_init(&host.blobs);
        op_group_init(&host.group, &host.blobs, NULL);
        blobs_add(&host.blobs, "raw", 3, BLOB_RAW, mark);
        blobs_add(&host.blobs, "Y29kZWQ=", 8, BLOB_BASE64, mark);
        struct pictor_task *task = asked(script, &host, cases[i].text, &error);
        const char *got = !task ? error.data : task->failed ? task->reason : (const char *)task->results[2].bytes;
        bool same = task ? strcmp(got, cases[i].expected) == 0 : strstr(got, cases[i].expected) != NULL;
        CHECK(same, "%s: %s", cases[i].text, got);
        buf_free(&error);
        op_group_free(&host.group);
        blobs_free(&host.blobs);
    }
    script_free(script);
}

int main(void)
{
    check_forms();
    check_absent();
    check_not_base64();
    check_room();
    check_lua();
    return check_finish();
}
