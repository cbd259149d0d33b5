/* op_test.c - does a request sleep until something it waits for is over, and no longer?
 * SPDX-License-Identifier: MIT */
#include "op.h"

#include <math.h>
#include <semaphore.h>

#include "base64.h"
#include "check.h"
#include "public/pictor.h"
#include "tiny_server.h"

enum { CEILING = 32 << 20, PICTURE = 30000 };

static struct upstream *client;
static struct tiny_server *server;
static sem_t arrived, answer_now;       /* a request for /held is at the server; it may answer */

/* A picture's worth of base64, and a body as a provider writes it. */
static char encoded[PICTURE / 3 * 4 + 1];

static bool serve_text(struct tiny_request *request, size_t len)
{
    char *text = malloc(len);

    memset(text, ' ', len);
    bool good = tiny_answer(request->fd, text, len);
    free(text);
    return good;
}

static bool serve(struct tiny_request *request)
{
    char body[sizeof encoded + 64];

    if (strcmp(request->path, "/echo") == 0)
        return tiny_answer(request->fd, request->body, request->len);
    if (strcmp(request->path, "/head") == 0)
        return tiny_answer(request->fd, request->head, strlen(request->head));
    if (strcmp(request->path, "/large-text") == 0)
        return serve_text(request, OP_SKELETON_MAX + 1);
    if (strcmp(request->path, "/silent") == 0) {
        sem_post(&arrived);
        return tiny_wait_for_end(request->fd);
    }
    if (strcmp(request->path, "/held") == 0) {
        sem_post(&arrived);
        sem_wait(&answer_now);
    }
    int len = snprintf(body, sizeof body, "{\"picture\":\"%s\",\"n\":1}", encoded);
    return tiny_answer(request->fd, body, (size_t)len);
}

/* A module of this test's own */

static _Atomic int runs;

static int task_double(struct pictor_task *task)
{
    runs++;
    pictor_give_text(task, "word", pictor_text(task, "word"));
    return pictor_give_integer(task, "twice", 2 * pictor_integer(task, "number", 0));
}

static int task_draw(struct pictor_task *task)
{
    unsigned char *bytes = malloc(3);

    memcpy(bytes, "abc", 3);
    return pictor_give_picture(task, "picture", bytes, 3);
}

static int task_draw_nothing(struct pictor_task *task) { return pictor_give_picture(task, "picture", NULL, 0); }
static int task_fail(struct pictor_task *task) { return pictor_fail(task, "size: expected %d, got %s", 1, "2"); }
static int task_fail_mutely(struct pictor_task *task) { (void)task; return -1; }

PICTOR_MODULE(first, "works for op_test", { "double", task_double }, { "draw", task_draw },
              { "draw_nothing", task_draw_nothing }, { "fail", task_fail }, { "fail_mutely", task_fail_mutely });
PICTOR_MODULE(second, "another, so that there are two", { "fail", task_fail });

/* A request's own things */

struct request {
    struct blobs blobs;
    struct op_group group;
};

static void begin(struct request *request)
{
    blobs_init(&request->blobs);
    op_group_init(&request->group, &request->blobs, client);
}

static void end(struct request *request)
{
    op_group_free(&request->group);
    blobs_free(&request->blobs);
}

static struct op *call(struct request *request, const char *path, const char *body)
{
    char url[128];

    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
    struct op *op = op_call_new(&request->group, "POST", url, body, body ? strlen(body) : 0, ROPE_BASE64);
    return op && op_call_start(op, 20, CEILING) ? op : NULL;
}

static struct op *task(struct request *request, const char *name)
{
    struct pictor_task *task = module_task_new(module_find_task(name));

    module_task_text(task, "word", "cat");
    module_task_integer(task, "number", 21);
    return op_task(&request->group, task);
}

static void wait_for_all(struct op *const *ops, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        while (!ops[i]->settled)
            op_wait_any(&ops[i], 1);
    }
}

static void test_modules(void)
{
    static const struct {
        const char *name;
        bool found;
    } cases[] = {
        { "first.double", true }, { "first.draw", true }, { "second.fail", true },
        { "first.nothing", false }, { "second.draw", false }, { "firs.double", false }, { "firsts.double", false },
        { "first", false }, { "first.", false }, { ".double", false }, { "", false },
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(!module_find_task(cases[i].name) == !cases[i].found, "module: \"%s\" is %s", cases[i].name,
              cases[i].found ? "found" : "not found");
    while (module_at(count))
        count++;
    CHECK(count == 2 && !module_at(count + 1), "module: both are in the table");
}

static void test_values(void)
{
    struct pictor_task *task = module_task_new(module_find_task("first.double"));
    int added = 0;

    module_task_integer(task, "number", -7);
    CHECK(pictor_integer(task, "number", 1) == -7, "value: a number");
    CHECK(pictor_integer(task, "other", 1) == 1, "value: a number's fallback");
    CHECK(!pictor_text(task, "number"), "value: a number is no text");
    module_task_text(task, "word", "");
    CHECK_TEXT(pictor_text(task, "word"), "", "value: an empty text is one");
    while (added < 100 && module_task_text(task, "more", "x"))
        added++;
    CHECK(added == MODULE_VALUES_MAX - 2, "value: no more than there is room for");
    added = 0;
    while (added < 100 && pictor_give_integer(task, "more", 1) == 0)
        added++;
    CHECK(added == MODULE_VALUES_MAX, "value: nor of results");
    CHECK(pictor_give_picture(task, "late", malloc(1), 1) == -1, "value: a picture without room is freed all the same");
    module_task_free(task);
    module_task_free(NULL);
}

static void test_tasks(void)
{
    static const struct {
        const char *name, *reason;
    } failures[] = {
        { "first.fail", "size: expected 1, got 2" },
        { "first.fail_mutely", "fail_mutely: expected to finish, ran out of memory" },
        { "first.draw_nothing", "draw_nothing: expected to finish, ran out of memory" },
    };
    struct request request;

    begin(&request);
    struct op *op = task(&request, "first.double");
    int before = runs;
    CHECK(!op->settled && runs == before, "task: nothing happens before somebody waits");
    op_wait_any(&op, 1);
    CHECK(op->settled && runs == before + 1 && !op->task->failed, "task: runs when it is waited for");
    CHECK(op->task->result_count == 2 && op->task->results[1].integer == 42, "task: gives a number");
    CHECK_TEXT(op->task->results[0].text, "cat", "task: gives a text");
    op_wait_any(&op, 1);
    CHECK(runs == before + 1, "task: does not run again");
    op = task(&request, "first.draw");
    op_wait_any(&op, 1);
    CHECK(op->task->results[0].len == 3 && memcmp(op->task->results[0].bytes, "abc", 3) == 0, "task: gives a picture");
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        op = task(&request, failures[i].name);
        op_wait_any(&op, 1);
        CHECK(op->task->failed, "task: %s fails", failures[i].name);
        CHECK_TEXT(op->task->reason, failures[i].reason, "task: %s says why", failures[i].name);
    }
    task(&request, "first.double");
    end(&request);
    CHECK(runs == before + 1, "task: one that nobody waits for never runs, and is freed");
}

static void test_pauses(void)
{
    static const double none[] = { 0, -1, -INFINITY, NAN };
    struct request request;
    double before = op_now();

    begin(&request);
    struct op *ops[] = {
        op_pause(&request.group, 1000), op_pause(&request.group, 0.05), op_pause(&request.group, INFINITY),
    };
    op_wait_any(ops, 3);
    CHECK(op_now() - before >= 0.05, "pause: not over before its time");
    CHECK(ops[1]->settled && !ops[0]->settled && !ops[2]->settled, "pause: the shortest ends the wait");
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        struct op *op = op_pause(&request.group, none[i]);
        op_wait_any(&op, 1);
        CHECK(op->settled, "pause: %f seconds is none", none[i]);
    }
    op_wait_any(NULL, 0);
    CHECK(true, "pause: waiting for nothing returns");
    end(&request);
}

static void test_stopping(void)
{
    _Atomic bool stopping = false;
    struct request request;

    begin(&request);
    request.group.stopping = &stopping;
    struct op *op = op_pause(&request.group, 0.01);
    op_wait_any(&op, 1);
    CHECK(op->settled, "stopping: not yet, pauses last");
    stopping = true;
    op = op_pause(&request.group, 1000);
    op_wait_any(&op, 1);
    CHECK(op->settled, "stopping: no pause lasts any longer");
    end(&request);
}

static void test_lifting(void)
{
    struct request request;
    char mark[BLOB_MARK], expected[BLOB_MARK + 64];

    begin(&request);
    struct op *op = call(&request, "/picture", "{}");
    wait_for_all(&op, 1);
    CHECK(op->call.outcome == UPSTREAM_ANSWERED && op->call.status == 200, "answer: came");
    CHECK(request.blobs.count == 1 && request.blobs.list[0].len == strlen(encoded)
          && memcmp(request.blobs.list[0].data, encoded, strlen(encoded)) == 0,
          "answer: its picture is a blob of the request");
    const char *start = op->skeleton.data ? strchr(op->skeleton.data, '<') : NULL;
    memcpy(mark, start ? start : encoded, BLOB_MARK);
    snprintf(expected, sizeof expected, "{\"picture\":\"%.*s\",\"n\":1}", BLOB_MARK, mark);
    CHECK_TEXT(op->skeleton.data, expected, "answer: what Lua sees has a mark in its place");
    CHECK(blobs_find(&request.blobs, mark, BLOB_MARK) == &request.blobs.list[0], "answer: and the mark leads to it");

    struct op *back = call(&request, "/echo", op->skeleton.data);       /* out with the picture, and in again */
    wait_for_all(&back, 1);
    CHECK(request.blobs.count == 2 && request.blobs.list[1].len == strlen(encoded)
          && memcmp(request.blobs.list[1].data, encoded, strlen(encoded)) == 0, "call: a mark goes out as its picture");

    op = call(&request, "/large-text", "{}");
    wait_for_all(&op, 1);
    CHECK(op->call.outcome == UPSTREAM_TOO_LARGE, "answer: too large for Lua, without pictures");
    CHECK(strstr(op->call.reason, "besides its pictures"), "answer: and why (%s)", op->call.reason);
    end(&request);
}

static void test_headers(void)
{
    struct request request;
    char url[128];
    int added = 0;

    begin(&request);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/head", server->port);
    struct op *op = op_call_new(&request.group, "GET", url, NULL, 0, ROPE_BASE64);
    CHECK(op_call_header(op, "X-Key", "secret"), "header: added");
    CHECK(op_call_start(op, NAN, CEILING), "timeout: none is a short one");
    wait_for_all(&op, 1);
    CHECK(op->call.outcome != UPSTREAM_PENDING, "timeout: and the call ends");

    op = op_call_new(&request.group, "GET", url, NULL, 0, ROPE_BASE64);
    op_call_header(op, "X-Key", "secret");
    op_call_start(op, INFINITY, CEILING);
    wait_for_all(&op, 1);
    CHECK(op->skeleton.data && strstr(op->skeleton.data, "\r\nX-Key: secret\r\n"), "header: sent");

    op = op_call_new(&request.group, "GET", url, NULL, 0, ROPE_BASE64);      /* never started, and freed all the same */
    while (added < 100 && op_call_header(op, "X-Key", "secret"))
        added++;
    CHECK(added == OP_HEADERS_MAX, "header: at most %d", OP_HEADERS_MAX);
    end(&request);
}

static void test_any(void)
{
    struct request request;

    begin(&request);
    struct op *ops[] = {
        call(&request, "/held", "{}"), op_pause(&request.group, 0.01), task(&request, "first.double"),
    };
    int before = runs;
    sem_wait(&arrived);
    op_wait_any(ops, 2);
    CHECK(!ops[0]->settled && ops[1]->settled, "any: a pause ends while a call goes on");
    op_wait_any(ops, 3);
    CHECK(runs == before + 1 && ops[2]->settled && !ops[0]->settled, "any: a task runs while a call goes on");
    sem_post(&answer_now);
    op_wait_any(ops, 1);
    CHECK(ops[0]->settled && ops[0]->call.outcome == UPSTREAM_ANSWERED, "any: and then the call's answer is there");

    struct op *over[] = { task(&request, "first.double"), op_pause(&request.group, 0) };
    op_wait_any(over, 2);
    CHECK(runs == before + 1 && over[1]->settled && !over[0]->settled, "any: what is over does not wait for a task");
    op_wait_any(over, 2);
    CHECK(runs == before + 2 && over[0]->settled, "any: the task's turn comes");
    end(&request);
}

static void test_many(void)
{
    struct request request;
    struct op *ops[20];
    int good = 0;

    begin(&request);
    for (int i = 0; i < 20; i++)
        ops[i] = call(&request, "/picture", "{}");
    wait_for_all(ops, 20);
    for (int i = 0; i < 20; i++)
        good += ops[i]->call.outcome == UPSTREAM_ANSWERED;
    CHECK(good == 20 && request.blobs.count == 20, "many: %d of 20 answers, %zu pictures", good, request.blobs.count);
    end(&request);
}

static void test_free_in_flight(void)
{
    struct request request;

    begin(&request);
    for (int i = 0; i < 10; i++)
        call(&request, "/silent", "{}");
    op_pause(&request.group, 1000);
    for (int i = 0; i < 10; i++)
        sem_wait(&arrived);
    end(&request);
    CHECK(upstream_in_flight(client) == 0, "free: what was in flight is so no longer");
}

/* A request whose client left: freed while answers come in. */
static void *come_and_go(void *user)
{
    struct request request;

    for (int i = 0; i < 50; i++) {
        begin(&request);
        struct op *ops[] = {
            call(&request, "/picture", "{}"), call(&request, "/picture", "{}"), op_pause(&request.group, 1),
        };
        if (i % 3)
            op_wait_any(ops, 3);
        end(&request);
    }
    return user;
}

static void test_threads(void)
{
    pthread_t threads[8];

    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, come_and_go, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    CHECK(upstream_in_flight(client) == 0, "threads: requests come and go");
}

int main(void)
{
    struct upstream_options options = { .user_agent = "pictor-test", .connect_timeout_ms = 30000 };
    char picture[PICTURE];

    alarm(60);                  /* a wait that never ends must not take the test with it */
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    unsetenv("ALL_PROXY");
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (char)(i * 2654435761u >> 11);
    base64_encode(encoded, picture, sizeof picture);
    sem_init(&arrived, 0, 0);
    sem_init(&answer_now, 0, 0);
    client = upstream_new(&options);
    server = tiny_start(serve);
    test_modules();
    test_values();
    test_tasks();
    test_pauses();
    test_stopping();
    test_lifting();
    test_headers();
    test_any();
    test_many();
    test_free_in_flight();
    test_threads();
    upstream_free(client);
    tiny_stop(server);
    return check_finish();
}
