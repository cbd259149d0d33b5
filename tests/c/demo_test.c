/* demo_test.c - does demo.draw give the picture it was asked for, and always the same?
 *
 * Reads every picture back with libpng, so that what a client would see is what
 * is claimed about.
 * SPDX-License-Identifier: MIT */
#include <png.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "module.h"

struct wanted {
    const char *prompt;
    long width, height, index;
    const char *palette, *seed;     /* NULL: not given */
};

static struct pictor_task *drawn(const struct wanted *wanted)
{
    struct pictor_task *task = module_task_new(module_find_task("demo.draw"));

    module_task_text(task, "prompt", wanted->prompt);
    module_task_integer(task, "width", wanted->width);
    module_task_integer(task, "height", wanted->height);
    module_task_integer(task, "index", wanted->index);
    if (wanted->palette)
        module_task_text(task, "palette", wanted->palette);
    if (wanted->seed)
        module_task_integer(task, "seed", atol(wanted->seed));
    module_task_run(task);
    return task;
}

static const struct module_value *result(const struct pictor_task *task, const char *name)
{
    for (size_t i = 0; i < task->result_count; i++) {
        if (strcmp(task->results[i].name, name) == 0)
            return &task->results[i];
    }
    return NULL;
}

static bool same(const struct pictor_task *a, const struct pictor_task *b)
{
    const struct module_value *one = result(a, "picture"), *other = result(b, "picture");

    return one && other && one->len == other->len && memcmp(one->bytes, other->bytes, one->len) == 0;
}

struct pixels {
    int width, height;
    uint32_t *rgba;         /* from malloc; NULL: not a picture, or libpng had something to say */
};

/* libpng does not mind when the last chunk is missing; other readers do. */
static bool ends_well(const struct module_value *picture)
{
    static const char end[] = "\0\0\0\0IEND\xae\x42\x60\x82";

    return picture->len > 12 && memcmp(picture->bytes + picture->len - 12, end, 12) == 0;
}

static struct pixels decoded(const struct pictor_task *task)
{
    const struct module_value *picture = result(task, "picture");
    png_image image = { .version = PNG_IMAGE_VERSION };
    struct pixels pixels = { 0, 0, NULL };

    if (!picture || !ends_well(picture) || !png_image_begin_read_from_memory(&image, picture->bytes, picture->len))
        return pixels;
    image.format = PNG_FORMAT_RGBA;
    pixels = (struct pixels){ (int)image.width, (int)image.height, malloc(PNG_IMAGE_SIZE(image)) };
    png_image_finish_read(&image, NULL, pixels.rgba, 0, NULL);
    if (image.warning_or_error) {
        free(pixels.rgba);
        pixels.rgba = NULL;
    }
    return pixels;
}

static int ascending(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;

    return (one > other) - (one < other);
}

static size_t colours(const struct pixels *pixels)
{
    size_t n = (size_t)pixels->width * (size_t)pixels->height, distinct = 1;

    if (!pixels->rgba)
        return 0;
    qsort(pixels->rgba, n, sizeof *pixels->rgba, ascending);
    for (size_t i = 1; i < n; i++)
        distinct += pixels->rgba[i] != pixels->rgba[i - 1];
    return distinct;
}

static const struct wanted usual = { "a lighthouse", 320, 200, 0, NULL, NULL };

static void check_same(void)
{
    static const struct wanted cases[] = {
        { "a lighthouse", 320, 200, 0, "vivid", NULL },     /* vivid is the default */
        { "a lighthouse", 320, 200, 0, NULL, NULL },
    };
    struct pictor_task *one = drawn(&usual);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *other = drawn(&cases[i]);
        CHECK(same(one, other), "the same arguments give the same bytes, palette %s",
              cases[i].palette ? cases[i].palette : "not given");
        module_task_free(other);
    }
    module_task_free(one);
}

static void check_different(void)
{
    static const struct {
        const char *what;
        struct wanted wanted;
    } cases[] = {
        { "another prompt", { "a lighthousf", 320, 200, 0, NULL, NULL } },
        { "no prompt", { "", 320, 200, 0, NULL, NULL } },
        { "another index", { "a lighthouse", 320, 200, 1, NULL, NULL } },
        { "the last index", { "a lighthouse", 320, 200, 9, NULL, NULL } },
        { "a seed", { "a lighthouse", 320, 200, 0, NULL, "7" } },
        { "seed 0", { "a lighthouse", 320, 200, 0, NULL, "0" } },      /* is not: no seed */
        { "seed 1", { "a lighthouse", 320, 200, 0, NULL, "1" } },
        { "a negative seed", { "a lighthouse", 320, 200, 0, NULL, "-1" } },
        { "a seed, another prompt", { "a lighthousf", 320, 200, 0, NULL, "7" } },
        { "the natural palette", { "a lighthouse", 320, 200, 0, "natural", NULL } },
    };
    enum { N = sizeof cases / sizeof *cases };
    struct pictor_task *tasks[N + 1];

    for (size_t i = 0; i < N; i++)
        tasks[i] = drawn(&cases[i].wanted);
    tasks[N] = drawn(&usual);
    for (size_t i = 0; i < N; i++) {
        bool seen = !result(tasks[i], "picture");
        for (size_t other = i + 1; other <= N; other++)
            seen = seen || same(tasks[i], tasks[other]);
        CHECK(!seen, "%s gives a picture of its own", cases[i].what);
    }
    for (size_t i = 0; i <= N; i++)
        module_task_free(tasks[i]);
}

/* Different bytes are little: the next of n must look different, by its scheme too. */
static void check_index(void)
{
    struct wanted next = usual;
    struct pictor_task *one = drawn(&usual);
    struct pixels a = decoded(one);

    for (next.index = 1; next.index < 4; next.index++) {
        struct pictor_task *other = drawn(&next);
        struct pixels b = decoded(other);
        size_t n = (size_t)a.width * (size_t)a.height * 4, far = 0;
        const unsigned char *left = (const unsigned char *)a.rgba, *right = (const unsigned char *)b.rgba;
        for (size_t i = 0; a.rgba && b.rgba && i < n; i++)
            far += abs(left[i] - right[i]) > 24;
        CHECK(far > n * 45 / 100, "index %ld differs much: %zu of %zu bytes", next.index, far, n);
        free(b.rgba);
        module_task_free(other);
    }
    free(a.rgba);
    module_task_free(one);
}

static void check_sizes(void)
{
    static const struct {
        long width, height;
        size_t colours;         /* more than these: it is not flat */
    } cases[] = {
        { 16, 16, 60 },         { 4096, 16, 2000 },     { 16, 4096, 400 },
        { 17, 31, 100 },        { 1344, 768, 5000 },    { 33, 1000, 1000 },
    };

    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        long width = cases[i / 2].width, height = cases[i / 2].height;
        const char *palette = i % 2 ? "natural" : "vivid";
        /* every scheme, and with them stars, moon and aurora, at an extreme size */
        struct pictor_task *task = drawn(&(struct wanted){ "a tiny boat", width, height, (long)i, palette, NULL });
        struct pixels pixels = decoded(task);
        CHECK(pixels.rgba && pixels.width == width && pixels.height == height,
              "libpng reads %ldx%ld %s without a word", width, height, palette);
        size_t distinct = colours(&pixels);
        CHECK(distinct > cases[i / 2].colours, "%ldx%ld %s is not flat: %zu colours", width, height, palette, distinct);
        const struct module_value *w = result(task, "width"), *h = result(task, "height");
        CHECK(w && h && w->integer == width && h->integer == height, "%ldx%ld is reported", width, height);
        free(pixels.rgba);
        module_task_free(task);
    }
}

/* Eight indexes go through all schemes; in the smallest picture a moon is a pixel. */
static void check_schemes(void)
{
    for (long i = 0; i < 32; i++) {
        const char *palette = i % 16 < 8 ? "vivid" : "natural";
        long side = i < 16 ? 16 : 96;
        struct pictor_task *task = drawn(&(struct wanted){ "a hut", side, side, i % 8, palette, NULL });
        struct pixels pixels = decoded(task);
        size_t distinct = colours(&pixels);
        CHECK(distinct > (size_t)side * 4, "%s scheme %ld, %ldx%ld, is not flat: %zu colours", palette, i % 8, side,
              side, distinct);
        free(pixels.rgba);
        module_task_free(task);
    }
}

static void check_refused(void)
{
    static const struct {
        struct wanted wanted;
        const char *reason;
    } cases[] = {
        { { "x", 5, 64, 0, NULL, NULL }, "width: expected 16 to 4096, got 5" },
        { { "x", 15, 64, 0, NULL, NULL }, "width: expected 16 to 4096, got 15" },
        { { "x", 4097, 64, 0, NULL, NULL }, "width: expected 16 to 4096, got 4097" },
        { { "x", 64, 0, 0, NULL, NULL }, "height: expected 16 to 4096, got 0" },
        { { "x", 64, -64, 0, NULL, NULL }, "height: expected 16 to 4096, got -64" },
        /* 64, were it cut to 32 bits */
        { { "x", 64, 4294967360, 0, NULL, NULL }, "height: expected 16 to 4096, got 4294967360" },
        { { "x", 64, 64, 0, "sepia", NULL }, "palette: expected vivid or natural, got \"sepia\"" },
        { { "x", 64, 64, 0, "", NULL }, "palette: expected vivid or natural, got \"\"" },
        { { "x", 64, 64, 0, "Vivid", NULL }, "palette: expected vivid or natural, got \"Vivid\"" },
        /* shown up to 64 bytes, and the character that would be cut in two not at all */
        { { "x", 64, 64, 0, "123456789 123456789 123456789 123456789 123456789 123456789 123\xc3\xa9t\xc3\xa9",
            NULL },
          "palette: expected vivid or natural, got "
          "\"123456789 123456789 123456789 123456789 123456789 123456789 123\"" },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *task = drawn(&cases[i].wanted);
        CHECK(task->failed && task->result_count == 0, "refused, and nothing given: case %zu", i);
        CHECK_TEXT(task->reason, cases[i].reason, "the reason of case %zu", i);
        module_task_free(task);
    }
}

static void check_prompts(void)
{
    static char longest[128001];
    static const char *const prompts[] = {
        "", "ein Gebirge \xc3\xbc" "ber Wolken", "\xf0\x9f\x8f\x94\xef\xb8\x8f", "\xff\xfe\x80", "%s%n\n\"\\", longest,
    };

    memset(longest, 'a', sizeof longest - 1);
    for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
        struct pictor_task *task = drawn(&(struct wanted){ prompts[i], 64, 64, 0, NULL, NULL });
        CHECK(!task->failed && result(task, "picture"), "a prompt of %zu bytes is drawn", strlen(prompts[i]));
        module_task_free(task);
    }
}

static void check_defaults(void)
{
    struct pictor_task *task = module_task_new(module_find_task("demo.draw"));

    module_task_run(task);
    struct pixels pixels = decoded(task);
    CHECK(pixels.rgba && pixels.width == 1024 && pixels.height == 1024, "without arguments: 1024x1024");
    free(pixels.rgba);
    module_task_free(task);
}

/* The room for results fills up after `left` more. */
static void check_no_room(size_t left)
{
    struct pictor_task *task = module_task_new(module_find_task("demo.draw"));

    module_task_integer(task, "width", 64);
    module_task_integer(task, "height", 64);
    task->result_count = MODULE_VALUES_MAX - left;
    module_task_run(task);
    CHECK(task->failed, "with room for %zu results it fails", left);
    CHECK_TEXT(task->reason, "draw: expected to finish, ran out of memory", "the reason with room for %zu", left);
    module_task_free(task);
}

static void *draw_in_thread(void *wanted) { return drawn(wanted); }

static void check_threads(void)
{
    enum { THREADS = 6 };
    struct wanted wanted[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        wanted[i] = (struct wanted){ "a harbour", 300, 200, i % 3, NULL, NULL };
        pthread_create(&threads[i], NULL, draw_in_thread, &wanted[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        void *together;
        pthread_join(threads[i], &together);
        struct pictor_task *alone = drawn(&wanted[i]);
        CHECK(same(together, alone), "thread %d draws among others what it draws alone", i);
        module_task_free(alone);
        module_task_free(together);
    }
}

/* FNV-1a of the pixels: the same on every machine, whatever the compiler does
 * with arithmetic. Who changes what is drawn changes these numbers. */
static void check_pinned(void)
{
    static const struct {
        struct wanted wanted;
        uint64_t hash;
    } cases[] = {
        { { "a lighthouse", 128, 96, 0, "vivid", NULL }, 0x811b15b8969a3ae2 },
        { { "a lighthouse", 128, 96, 1, "natural", "42" }, 0x8262e1acd62b6496 },
        { { "a lighthouse", 96, 128, 6, "vivid", NULL }, 0xc9e7352ef7705484 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pictor_task *task = drawn(&cases[i].wanted);
        struct pixels pixels = decoded(task);
        uint64_t hash = 14695981039346656037u;
        size_t len = (size_t)pixels.width * (size_t)pixels.height * 4;
        for (size_t at = 0; pixels.rgba && at < len; at++)
            hash = (hash ^ ((const unsigned char *)pixels.rgba)[at]) * 1099511628211u;
        CHECK(hash == cases[i].hash, "picture %zu has the pixels it always had: 0x%016llx", i,
              (unsigned long long)hash);
        free(pixels.rgba);
        module_task_free(task);
    }
}

int main(void)
{
    if (!CHECK(module_find_task("demo.draw") != NULL, "demo.draw is built in"))
        return check_finish();
    check_same();
    check_different();
    check_index();
    check_sizes();
    check_schemes();
    check_refused();
    check_prompts();
    check_defaults();
    for (size_t left = 0; left < 3; left++)
        check_no_room(left);
    check_threads();
    check_pinned();
    return check_finish();
}
