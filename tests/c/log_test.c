/* log_test.c - does any key, any pixel or any broken byte get into a line?
 * SPDX-License-Identifier: MIT */
#include "log.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define TEN(s) s s s s s s s s s s
#define HUNDRED(s) TEN(TEN(s))
#define B128 HUNDRED("Q") TEN("w") TEN("/") "+1234567"

static const char *const secrets[] = {
    "sk-secret-123", "sk-secret-123456", "456-overlaps", "with \"quote\" \\", "a/b/c/d/e", "short",
    HUNDRED("k"), "schl\xc3\xbcssel", "line\nbreak", TEN("r") "-and-more",
};

/* In and out as raw text. */
static const struct {
    const char *name, *in, *out;
} masks[] = {
    { "nothing",                    "",                             "" },
    { "plain",                      "plain words",                  "plain words" },
    { "a secret alone",             "sk-secret-123",                "***" },
    { "in the middle",              "key=sk-secret-123;",           "key=***;" },
    { "twice",                      "sk-secret-123 sk-secret-123",  "*** ***" },
    { "side by side",               "sk-secret-123a/b/c/d/e",       "******" },
    { "the longer of two",          "sk-secret-123456.",            "***." },
    { "two that overlap",           "<sk-secret-123456-overlaps>",  "<***>" },
    { "one character short",        "sk-secret-12",                 "sk-secret-12" },
    { "too short to hide",          "short",                        "short" },
    { "characters that JSON escapes", "with \"quote\" \\",          "***" },
    { "the same, written as JSON",  "{\"k\":\"with \\\"quote\\\" \\\\\"}", "{\"k\":\"***\"}" },
    { "slashes",                    "a/b/c/d/e",                    "***" },
    { "slashes, written as JSON",   "a\\/b\\/c\\/d\\/e",            "***" },
    { "a line break",               "line\nbreak line\\nbreak",     "*** ***" },
    { "beyond ASCII",               "schl\xc3\xbcssel",             "***" },
    { "base64",                     "x=" B128 ".",                  "x=<128 base64 characters>." },
    { "base64 and pads",            B128 "==",                      "<128 base64 characters>==" },
    { "base64, one too short",      "-" HUNDRED("A") TEN("AB") "1234567-",
                                    "-" HUNDRED("A") TEN("AB") "1234567-" },
    { "two runs",                   B128 "," B128 "Q",              "<128 base64 characters>,<129 base64 characters>" },
    { "a secret within base64",     B128 HUNDRED("k") B128,         "<128 base64 characters>***<128 base64 characters>" },
    { "a secret that begins in base64", B128 TEN("r") "-and-more",  "<128 base64 characters>***" },
};

static void remember_secrets(void)
{
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        log_secret(secrets[i]);
}

static void check_masks(void)
{
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        char *got = log_masked(masks[i].in, strlen(masks[i].in));
        CHECK_TEXT(got, masks[i].out, "mask: %s", masks[i].name);
        free(got);
    }
    char *got = log_masked("sk-secret-123\0sk-secret-123", 27);
    CHECK(got && memcmp(got, "***\0***", 8) == 0, "mask: on both sides of a NUL");
    free(got);
}

/* A text in, the JSON that an event has for it out. */
static const struct {
    const char *name, *in, *json;
} texts[] = {
    { "plain",                  "plain",                    "\"plain\"" },
    { "empty",                  "",                         "\"\"" },
    { "quotes and backslashes", "a\"b\\c",                  "\"a\\\"b\\\\c\"" },
    { "control characters",     "\n\r\t\b\x01\x1f\x7f",     "\"\\n\\r\\t\\u0008\\u0001\\u001f\\u007f\"" },
    { "a terminal's escape",    "\x1b[31m",                 "\"\\u001b[31m\"" },
    { "C1 controls",            "\xc2\x80\xc2\x9b\xc2\xa0", "\"\\u0080\\u009b\xc2\xa0\"" },
    { "UTF-8",                  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
    { "the last character",     "\xf4\x8f\xbf\xbf",         "\"\xf4\x8f\xbf\xbf\"" },
    { "past the last",          "\xf4\x90\x80\x80",         "\"\\\\xf4\\\\x90\\\\x80\\\\x80\"" },
    { "a surrogate",            "\xed\xa0\x80",             "\"\\\\xed\\\\xa0\\\\x80\"" },
    { "overlong",               "\xc0\xaf\xe0\x80\xaf",     "\"\\\\xc0\\\\xaf\\\\xe0\\\\x80\\\\xaf\"" },
    { "a lone continuation",    "a\x80z",                   "\"a\\\\x80z\"" },
    { "cut short by another",   "\xe2\x82\"",               "\"\\\\xe2\\\\x82\\\"\"" },
    { "cut short by the end",   "a\xf0\x9f\x98",            "\"a\\\\xf0\\\\x9f\\\\x98\"" },
    { "Latin-1",                "caf\xe9",                  "\"caf\\\\xe9\"" },
    { "masked first, then escaped", "with \"quote\" \\\"",  "\"***\\\"\"" },
};

/* The part of the line from "event" on. */
static const char *behind_time(const struct buf *line)
{
    const char *at = line->data ? strstr(line->data, ",\"event\":") : NULL;

    return at ? at + 1 : "no event";
}

#define FORMAT(line, level, event, ...) \
    log_format(line, level, event, (const struct log_field[]){ __VA_ARGS__ __VA_OPT__(,) { .kind = LOG_END } })

static void check_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct buf line, expected;

        buf_init(&line, 10000);
        buf_init(&expected, 10000);
        buf_add_format(&expected, "\"event\":\"e\",\"t\":%s}", texts[i].json);
        FORMAT(&line, LOG_INFO, "e", LOG_TEXT("t", texts[i].in));
        CHECK_TEXT(behind_time(&line), expected.data, "text: %s", texts[i].name);
        buf_free(&line);
        buf_free(&expected);
    }
}

/* before * '-', then text, then 3000 * '-': what is left of it at LOG_TEXT_MAX? */
static const struct {
    const char *name;
    int before;
    const char *text;
    int left;           /* dashes and text that stay, in bytes of the line */
    const char *end;
} cuts[] = {
    { "after a whole text",             LOG_TEXT_MAX - 2, "ab",                 LOG_TEXT_MAX,     "-ab" },
    { "within a text",                  LOG_TEXT_MAX - 2, "abc",                LOG_TEXT_MAX,     "-ab" },
    { "before half of a character",     LOG_TEXT_MAX - 1, "\xc3\xa9",           LOG_TEXT_MAX - 1, "---" },
    { "before three quarters of one",   LOG_TEXT_MAX - 3, "\xf0\x9f\x98\x80",   LOG_TEXT_MAX - 3, "---" },
    { "behind a character",             LOG_TEXT_MAX - 4, "\xf0\x9f\x98\x80",   LOG_TEXT_MAX,     "\xf0\x9f\x98\x80" },
    { "no half secret",                 LOG_TEXT_MAX - 5, "sk-secret-123",      LOG_TEXT_MAX,     "***--" },
    { "not even a part of the mask's text", LOG_TEXT_MAX - 1, "sk-secret-123",  LOG_TEXT_MAX,     "--*" },
};

static void check_cuts(void)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct buf text, line;

        buf_init(&text, 10000);
        buf_init(&line, 10000);
        for (int k = 0; k < cuts[i].before; k++)
            buf_add_text(&text, "-");
        buf_add_text(&text, cuts[i].text);
        for (int k = 0; k < 3000; k++)
            buf_add_text(&text, "-");
        FORMAT(&line, LOG_INFO, "e", LOG_TEXT("t", text.data));
        const char *value = strstr(line.data, "\"t\":\"") + 5, *end = strrchr(line.data, '"');
        size_t n = strlen(cuts[i].end);
        CHECK(end - value == cuts[i].left, "cut: %s: %d bytes stay", cuts[i].name, (int)(end - value));
        CHECK(memcmp(end - n, cuts[i].end, n) == 0, "cut: %s: the last ones", cuts[i].name);
        buf_free(&text);
        buf_free(&line);
    }
}

static void check_fields(void)
{
    struct buf line;

    buf_init(&line, 10000);
    FORMAT(&line, LOG_WARN, "all", LOG_TEXT("none", NULL), LOG_INTEGER("i", -5), LOG_INTEGER("min", -9223372036854775807LL - 1),
           LOG_NUMBER("n", 0.25), LOG_NUMBER("big", 1e300), LOG_NUMBER("nan", NAN), LOG_NUMBER("inf", -INFINITY),
           LOG_TEXT("odd \"name\"", "x"));
    CHECK_TEXT(behind_time(&line), "\"event\":\"all\",\"i\":-5,\"min\":-9223372036854775808,\"n\":0.25,\"big\":1e+300,"
               "\"nan\":null,\"inf\":null,\"odd \\\"name\\\"\":\"x\"}", "fields: of every kind");
    int year, month, day, hour, minute, second, millis, n = 0;
    int found = sscanf(line.data, "{\"time\":\"%4d-%2d-%2dT%2d:%2d:%2d.%3dZ\",\"level\":\"warn\",%n", &year, &month, &day,
                       &hour, &minute, &second, &millis, &n);
    CHECK(found == 7 && n == 50 && year >= 2024 && month >= 1 && month <= 12 && hour < 24, "fields: time and level");
    buf_free(&line);

    buf_init(&line, 60);
    buf_add_text(&line, "before");
    CHECK(!FORMAT(&line, LOG_INFO, "e", LOG_TEXT("t", "does not fit")), "fields: over the ceiling");
    CHECK_TEXT(line.data, "before", "fields: then nothing is added");
    buf_free(&line);
}

static void check_levels(void)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    enum log_level level;

    for (int i = 0; i < 4; i++)
        CHECK(log_level_parse(names[i], &level) && (int)level == i, "level: %s", names[i]);
    CHECK(!log_level_parse("Info", &level) && !log_level_parse("", &level), "level: another name");
}

/* What stderr gets from the next lines until end_capture(). */
static int saved = -1, captured = -1;

static void begin_capture(void)
{
    saved = dup(STDERR_FILENO);
    captured = memfd_create("stderr", 0);
    dup2(captured, STDERR_FILENO);
}

static void end_capture(char *text, size_t size)
{
    ssize_t n = pread(captured, text, size - 1, 0);

    text[n > 0 ? n : 0] = '\0';
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(captured);
}

static void check_stderr(void)
{
    char text[4096];

    begin_capture();
    LOG(LOG_DEBUG, "dropped");
    LOG(LOG_INFO, "written", LOG_TEXT("key", "sk-secret-123"));
    log_set_level(LOG_ERROR);
    LOG(LOG_WARN, "dropped");
    LOG(LOG_ERROR, "bare");
    log_set_level(LOG_INFO);
    log_say("%s: expected %d", "sk-secret-123", 7);
    end_capture(text, sizeof text);

    char *second = strchr(text, '\n'), *third = second ? strchr(second + 1, '\n') : NULL;
    if (!CHECK(third != NULL, "stderr: three lines"))
        return;
    *second = *third = '\0';
    CHECK_TEXT(strstr(text, "\"event\""), "\"event\":\"written\",\"key\":\"***\"}", "stderr: an event");
    CHECK_TEXT(strstr(second + 1, "\"level\""), "\"level\":\"error\",\"event\":\"bare\"}", "stderr: the level counts");
    CHECK_TEXT(third + 1, "pictor: ***: expected 7\n", "stderr: words for a person");
}

/* Fields that make the line too long: the event is still told. */
static void check_too_long(void)
{
    static struct log_field fields[601];
    static char controls[LOG_TEXT_MAX], text[4096];

    memset(controls, 1, sizeof controls - 1);
    for (int i = 0; i < 600; i++)
        fields[i] = LOG_TEXT("t", controls);
    begin_capture();
    log_event(LOG_WARN, "huge-event\"", fields);
    end_capture(text, sizeof text);
    CHECK_TEXT(strstr(text, "\"level\""), "\"level\":\"warn\",\"event\":\"huge_event_\"}\n", "stderr: without its fields");
}

static void *add_secrets(void *unused)
{
    char secret[32];

    for (int i = 0; i < 200; i++) {
        snprintf(secret, sizeof secret, "thread-secret-%d", i);
        log_secret(secret);
    }
    return unused;
}

static void check_threads(void)
{
    pthread_t thread;
    bool good = true;

    pthread_create(&thread, NULL, add_secrets, NULL);
    for (int i = 0; i < 2000; i++) {
        char *got = log_masked("x sk-secret-123 y", 17);
        good = good && got && strcmp(got, "x *** y") == 0;
        free(got);
    }
    pthread_join(thread, NULL);
    CHECK(good, "threads: masking while secrets are added");
    char *got = log_masked("thread-secret-199", 17);
    CHECK_TEXT(got, "***", "threads: all were added");
    free(got);
}

static void check_forget(void)
{
    log_forget_secrets();
    char *got = log_masked("sk-secret-123", 13);
    CHECK_TEXT(got, "sk-secret-123", "forget: secrets are forgotten");
    free(got);
}

int main(void)
{
    remember_secrets();
    check_masks();
    check_texts();
    check_cuts();
    check_fields();
    check_levels();
    check_stderr();
    check_too_long();
    check_threads();
    check_forget();
    return check_finish();
}
