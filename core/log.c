/* log.c - one JSON line per event, and the gate that every value passes.
 *
 * The order of the gate matters. Secrets go first, in the raw text: JSON would
 * spell some of their characters differently, and a cut could leave half a key.
 * Then base64 becomes its length, then the text is cut, then it is spelled as JSON.
 * SPDX-License-Identifier: MIT */
#include "log.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base64.h"

enum { SECRET_MIN = 6, LINE_MAX_BYTES = 1 << 20, SAY_MAX = 1 << 20, STAMP = 32 };

struct secret {
    struct secret *next;
    size_t len;
    char text[];
};

static const char *const level_names[] = { "debug", "info", "warn", "error" };
static _Atomic int lowest = LOG_INFO;

static pthread_rwlock_t secrets_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct secret *secrets;      /* under secrets_lock, as the next */
static bool starts_secret[256];     /* first bytes, to pass over other text quickly */

bool log_level_parse(const char *name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_set_level(enum log_level level)
{
    lowest = (int)level;
}

static bool remember(const char *text, size_t len)
{
    struct secret *secret = malloc(sizeof *secret + len);

    if (!secret)
        return false;
    secret->len = len;
    memcpy(secret->text, text, len);
    pthread_rwlock_wrlock(&secrets_lock);
    secret->next = secrets;
    secrets = secret;
    starts_secret[(unsigned char)text[0]] = true;
    pthread_rwlock_unlock(&secrets_lock);
    return true;
}

/* How many bytes at the start of text are one well-formed UTF-8 character; 0: none. */
static size_t utf8_len(const unsigned char *text, size_t n)
{
    static const struct { unsigned char first, last, second_min, second_max, len; } rows[] = {
        { 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
        { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
        { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    size_t row = 0, len;

    while (row < sizeof rows / sizeof *rows && !(text[0] >= rows[row].first && text[0] <= rows[row].last))
        row++;
    if (row == sizeof rows / sizeof *rows || (len = rows[row].len) > n)
        return 0;
    if (len > 1 && (text[1] < rows[row].second_min || text[1] > rows[row].second_max))
        return 0;
    for (size_t i = 2; i < len; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    }
    return len;
}

/* One byte below 0x80, as JSON spells it within a string. */
static bool add_ascii(struct buf *out, unsigned char c)
{
    switch (c) {
    case '"':  return buf_add(out, "\\\"", 2);
    case '\\': return buf_add(out, "\\\\", 2);
    case '\n': return buf_add(out, "\\n", 2);
    case '\r': return buf_add(out, "\\r", 2);
    case '\t': return buf_add(out, "\\t", 2);
    default:
        return c < 0x20 || c == 0x7f ? buf_add_format(out, "\\u%04x", c) : buf_add(out, &c, 1);
    }
}

/* text as the inside of a JSON string. A byte that is no UTF-8 becomes the four
 * characters \xHH; control characters of both kinds (U+0080 to U+009F too: a
 * terminal would obey them) become \u escapes. */
static bool add_escaped(struct buf *out, const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    bool good = true;

    while (good && at < end) {
        size_t n = utf8_len(at, (size_t)(end - at));
        if (n == 0)
            good = buf_add_format(out, "\\\\x%02x", *at);
        else if (n == 1)
            good = add_ascii(out, *at);
        else if (at[0] == 0xc2 && at[1] < 0xa0)
            good = buf_add_format(out, "\\u%04x", at[1]);
        else
            good = buf_add(out, at, n);
        at += n > 0 ? n : 1;
    }
    return good;
}

/* A secret may also turn up within JSON text, where it is spelled differently, by
 * some writers with "\/" for each slash. */
static bool remember_spelling(const char *secret, bool slashes)
{
    struct buf spelling;
    size_t len = strlen(secret);
    bool good = true;

    buf_init(&spelling, SIZE_MAX);
    for (const char *at = secret; good && *at; ) {
        size_t n = slashes ? strcspn(at, "/") : strlen(at);
        good = add_escaped(&spelling, at, n) && (!at[n] || buf_add(&spelling, "\\/", 2));
        at += at[n] ? n + 1 : n;
    }
    if (good && spelling.len > len)
        good = remember(spelling.data, spelling.len);
    buf_free(&spelling);
    return good;
}

bool log_secret(const char *secret)
{
    size_t len = strlen(secret);

    if (len < SECRET_MIN)
        return true;
    return remember(secret, len) && remember_spelling(secret, false)
        && (!strchr(secret, '/') || remember_spelling(secret, true));
}

void log_forget_secrets(void)
{
    pthread_rwlock_wrlock(&secrets_lock);
    while (secrets) {
        struct secret *secret = secrets;
        secrets = secret->next;
        explicit_bzero(secret->text, secret->len);
        free(secret);
    }
    memset(starts_secret, 0, sizeof starts_secret);
    pthread_rwlock_unlock(&secrets_lock);
}

/* With the lock held: the length of the longest secret that text starts with, or 0. */
static size_t secret_at(const char *text, size_t len)
{
    size_t longest = 0;

    if (!starts_secret[(unsigned char)text[0]])
        return 0;
    for (const struct secret *secret = secrets; secret; secret = secret->next) {
        if (secret->len > longest && secret->len <= len && memcmp(secret->text, text, secret->len) == 0)
            longest = secret->len;
    }
    return longest;
}

/* With the lock held: where the secret at `at` ends, with all that overlap it; or at. */
static size_t masked_end(const char *text, size_t len, size_t at)
{
    size_t end = at + secret_at(text + at, len - at);

    for (size_t i = at + 1; i < end; i++) {
        size_t other = i + secret_at(text + i, len - i);
        if (other > end)
            end = other;
    }
    return end;
}

static bool mask_secrets(struct buf *out, const char *text, size_t len)
{
    size_t plain = 0, at = 0;
    bool good = true;

    pthread_rwlock_rdlock(&secrets_lock);
    while (good && at < len) {
        size_t end = masked_end(text, len, at);
        if (end == at) {
            at++;
            continue;
        }
        good = buf_add(out, text + plain, at - plain) && buf_add(out, "***", 3);
        plain = at = end;
    }
    pthread_rwlock_unlock(&secrets_lock);
    return good && buf_add(out, text + plain, len - plain);
}

static bool shorten_base64(struct buf *out, const char *text, size_t len)
{
    size_t plain = 0, at = 0;

    while (at < len) {
        size_t run = base64_span(text + at, len - at);
        if (run >= LOG_BASE64_MIN) {
            if (!buf_add(out, text + plain, at - plain) || !buf_add_format(out, "<%zu base64 characters>", run))
                return false;
            plain = at + run;
        }
        at += run > 0 ? run : 1;
    }
    return buf_add(out, text + plain, len - plain);
}

/* The first two steps of the gate. out is initialised here, and the caller's to free. */
static bool mask(struct buf *out, const char *text, size_t len)
{
    struct buf without_secrets;

    buf_init(out, SIZE_MAX);
    buf_init(&without_secrets, SIZE_MAX);
    bool good = mask_secrets(&without_secrets, text, len)
             && shorten_base64(out, without_secrets.data, without_secrets.len);
    buf_free(&without_secrets);
    return good;
}

char *log_masked(const char *text, size_t len)
{
    struct buf out;

    if (mask(&out, text, len))
        return buf_take(&out, NULL);
    buf_free(&out);
    return NULL;
}

char *log_without_secrets(const char *text, size_t *len)
{
    struct buf out;

    buf_init(&out, SIZE_MAX);
    if (mask_secrets(&out, text, *len))
        return buf_take(&out, len);
    buf_free(&out);
    return NULL;
}

/* At most LOG_TEXT_MAX, and no character in two. */
static size_t cut(const char *text, size_t len)
{
    size_t end = LOG_TEXT_MAX;

    if (len <= LOG_TEXT_MAX)
        return len;
    while (end > LOG_TEXT_MAX - 4 && ((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    return end;
}

/* The whole gate, and quotes around. */
static bool add_value(struct buf *line, const char *text)
{
    struct buf masked;
    bool good = mask(&masked, text, strlen(text))
             && buf_add(line, "\"", 1)
             && add_escaped(line, masked.data, cut(masked.data, masked.len))
             && buf_add(line, "\"", 1);

    buf_free(&masked);
    return good;
}

static bool add_field(struct buf *line, const struct log_field *field)
{
    if (field->kind == LOG_IS_TEXT && !field->text)
        return true;
    if (!buf_add(line, ",", 1) || !add_value(line, field->name) || !buf_add(line, ":", 1))
        return false;
    if (field->kind == LOG_IS_TEXT)
        return add_value(line, field->text);
    if (field->kind == LOG_IS_INTEGER)
        return buf_add_format(line, "%lld", field->integer);
    if (!isfinite(field->number))
        return buf_add_text(line, "null");      /* JSON has no other word for it */
    return buf_add_format(line, "%.10g", field->number);
}

static void write_time(char out[STAMP])
{
    struct timespec now;
    struct tm utc;
    char seconds[STAMP - 8];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out, STAMP, "%s.%03dZ", seconds, (int)(now.tv_nsec / 1000000));
}

static bool add_line(struct buf *line, enum log_level level, const char *event, const struct log_field *fields)
{
    char stamp[STAMP];

    write_time(stamp);
    bool good = buf_add_format(line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":", stamp, level_names[level])
             && add_value(line, event);
    for (; good && fields->kind != LOG_END; fields++)
        good = add_field(line, fields);
    return good && buf_add(line, "}", 1);
}

bool log_format(struct buf *out, enum log_level level, const char *event, const struct log_field *fields)
{
    size_t before = out->len;

    if (add_line(out, level, event, fields))
        return true;
    out->len = before;
    if (out->data)
        out->data[before] = '\0';
    return false;
}

/* There is nobody to tell that a log line could not be written. */
static void put(const char *bytes, size_t n)
{
    ssize_t ignored = write(STDERR_FILENO, bytes, n);

    (void)ignored;
}

/* Without memory there is no gate either, so only what names may consist of. */
static void put_bare(enum log_level level, const char *event)
{
    char line[128], name[33] = "", stamp[STAMP];

    write_time(stamp);
    for (size_t i = 0; event[i] && i < sizeof name - 1; i++)
        name[i] = (event[i] >= 'a' && event[i] <= 'z') ? event[i] : '_';
    int n = snprintf(line, sizeof line, "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"}\n", stamp,
                     level_names[level], name);
    if (n > 0)
        put(line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields)
{
    struct buf line;

    if ((int)level < lowest)
        return;
    buf_init(&line, LINE_MAX_BYTES);
    if (log_format(&line, level, event, fields) && buf_add(&line, "\n", 1))
        put(line.data, line.len);
    else
        put_bare(level, event);
    buf_free(&line);
}

/* "pictor: text\n", masked as every value is. False when out of memory. */
static bool say(const char *text)
{
    struct buf words, line;

    buf_init(&line, SAY_MAX);
    bool good = mask(&words, text, strlen(text)) && buf_add_format(&line, "pictor: %s\n", words.data);
    if (good)
        put(line.data, line.len);
    buf_free(&words);
    buf_free(&line);
    return good;
}

void log_say(const char *format, ...)
{
    static const char failed[] = "pictor: expected memory for a message, got none\n";
    char *text;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    if (!text || !say(text))
        put(failed, sizeof failed - 1);
    free(text);
}
