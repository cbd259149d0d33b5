/* base64_test.c - does every kernel agree with the RFC, and with a slow reference?
 * SPDX-License-Identifier: MIT */
#include "base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base64_kernel.h"
#include "check.h"

enum {
    LENGTH_MAX = 300,           /* several blocks of every kernel, and all their tails */
    ROOM = 1 << 20,
};

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/*** the reference: bit by bit, from the letter of the RFC ***/

static int slow_value(char c)
{
    const char *found = c ? strchr(letters, c) : NULL;

    return found ? (int)(found - letters) : -1;
}

static size_t slow_span(const char *text, size_t n)
{
    size_t done = 0;

    while (done < n && slow_value(text[done]) >= 0)
        done++;
    return done;
}

static void slow_encode(char *out, const uint8_t *bytes, size_t n)
{
    size_t total = base64_encoded_size(n);

    for (size_t i = 0; i < total; i++) {
        unsigned value = 0;
        for (size_t bit = 6 * i; bit < 6 * i + 6; bit++)
            value = value << 1 | (bit < 8 * n && bytes[bit / 8] >> (7 - bit % 8) & 1);
        out[i] = 6 * i < 8 * n ? letters[value] : '=';
    }
}

static bool slow_decode(uint8_t *out, size_t *decoded, const char *text, size_t n)
{
    size_t padding = n > 0 && text[n - 1] == '=';

    *decoded = 0;
    padding += padding && n > 1 && text[n - 2] == '=';
    if (n % 4 != 0 || slow_span(text, n - padding) != n - padding)
        return false;
    size_t bytes = (n - padding) * 6 / 8;
    memset(out, 0, bytes);
    for (size_t bit = 0; bit < (n - padding) * 6; bit++) {
        unsigned one = (unsigned)slow_value(text[bit / 6]) >> (5 - bit % 6) & 1u;
        if (bit >= bytes * 8 && one)
            return false;
        if (bit < bytes * 8)
            out[bit / 8] |= (uint8_t)(one << (7 - bit % 8));
    }
    *decoded = bytes;
    return true;
}

/*** memory that ends where reading or writing on would crash ***/

static char *guarded(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED || mprotect(memory + ROOM, page, PROT_NONE) != 0)
        abort();
    return memory + ROOM;
}

/* Where the three buffers of a test end: buffer - n has room for n. */
static char *text_end, *bytes_end, *out_end;

static uint32_t next_random(void)
{
    static uint32_t state = 2463534242;

    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static const uint8_t *random_bytes(size_t n)
{
    uint8_t *bytes = (uint8_t *)bytes_end - n;

    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)(next_random() >> 11);
    return bytes;
}

/* Text of n characters of the alphabet, any n. */
static char *random_text(size_t n)
{
    char *text = text_end - n;

    for (size_t i = 0; i < n; i++)
        text[i] = letters[next_random() >> 11 & 63];
    return text;
}

/*** what must hold of one text, or of some bytes ***/

/* Do decode, valid and span say of this text, which ends at text_end, what the reference says? */
static bool agrees(const char *text, size_t n)
{
    static uint8_t expected[ROOM];
    uint8_t *out = (uint8_t *)out_end - base64_decoded_max(n);
    size_t expected_size, size = 12345;
    bool good = slow_decode(expected, &expected_size, text, n);

    return base64_decode(out, &size, text, n) == good && size == expected_size
        && memcmp(out, expected, size) == 0
        && base64_valid(text, n) == good && base64_span(text, n) == slow_span(text, n);
}

/* Is the encoding of these bytes the reference's, nothing written before it, and its decoding the bytes? */
static bool round_trip(const uint8_t *bytes, size_t n)
{
    static char expected[ROOM];
    size_t size = base64_encoded_size(n), decoded;
    char *text = text_end - size;
    uint8_t *back = (uint8_t *)out_end - base64_decoded_max(size);

    slow_encode(expected, bytes, n);
    text[-1] = '!';
    back[-1] = '!';
    return base64_encode(text, bytes, n) == size && memcmp(text, expected, size) == 0
        && base64_valid(text, size) && base64_decode(back, &decoded, text, size)
        && decoded == n && memcmp(back, bytes, n) == 0 && text[-1] == '!' && back[-1] == '!';
}

/*** the tables ***/

static const struct {
    const char *plain, *text;
} vectors[] = {     /* RFC 4648, section 10 */
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
};

static void test_vectors(const char *kernel)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        size_t n = strlen(vectors[i].plain), text_n = strlen(vectors[i].text), decoded;
        char text[16] = "", plain[16] = "";
        base64_encode(text, vectors[i].plain, n);
        CHECK_TEXT(text, vectors[i].text, "%s: encode \"%s\"", kernel, vectors[i].plain);
        CHECK(base64_decode(plain, &decoded, text, text_n) && decoded == n, "%s: decode %s", kernel, text);
        CHECK_TEXT(plain, vectors[i].plain, "%s: decode %s to what it was", kernel, text);
        CHECK(base64_valid(text, text_n), "%s: %s is valid", kernel, text);
    }
}

static const struct {
    const char *name, *text;
    size_t n;
} bad[] = {
#define BAD(name, text) { name, text, sizeof text - 1 }
    BAD("one character", "Z"),
    BAD("two, without padding", "Zg"),
    BAD("three, without padding", "Zm8"),
    BAD("half of the padding", "Zg="),
    BAD("a lone =", "="),
    BAD("only padding", "===="),
    BAD("three =", "Z==="),
    BAD("a character behind =", "Zg=A"),
    BAD("= at the start", "=g=="),
    BAD("= inside", "Z=9v"),
    BAD("padding, then more", "Zg==Zm9v"),
    BAD("too much padding", "Zm9v===="),
    BAD("one = too many", "Zm8=="),
    BAD("bits under ==", "Zh=="),
    BAD("the highest bit under ==", "Zo=="),
    BAD("bits under =", "Zm9="),
    BAD("the highest bit under =", "Zm+="),
    BAD("a space", "Zm 9"),
    BAD("a space behind", "Zm9v "),
    BAD("a line end", "Zm9v\n"),
    BAD("a line end inside", "Zm9vZ\ng="),
    BAD("CR LF", "Zm9vZg\r\n"),
    BAD("the URL alphabet's -", "Zm9-"),
    BAD("the URL alphabet's _", "Zm9_"),
    BAD("a NUL", "Zm\0v"),
    BAD("a byte above 127", "Zm\xc3v"),
    BAD("a byte of 255", "\xff\xff\xff\xff"),
    BAD("a data link's comma", "Zm9,"),
};

/* Alone, and behind enough good text that a kernel meets it. */
static void test_bad(const char *kernel)
{
    static const size_t before[] = { 0, 4, 16, 32, 44, 64, 128, 256 };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int accepted = 0;
        for (size_t j = 0; j < sizeof before / sizeof *before; j++) {
            size_t n = before[j] + bad[i].n, decoded = 12345;
            char *text = random_text(n);
            memcpy(text + before[j], bad[i].text, bad[i].n);
            char *out = out_end - base64_decoded_max(n);
            accepted += base64_valid(text, n) || base64_decode(out, &decoded, text, n) || decoded != 0;
        }
        CHECK(accepted == 0, "%s: refuses %s", kernel, bad[i].name);
    }
}

static void test_lengths(const char *kernel)
{
    int wrong = 0, wrong_text = 0;

    for (size_t n = 0; n <= LENGTH_MAX; n++) {
        wrong += !round_trip(random_bytes(n), n);
        wrong_text += !agrees(random_text(n), n);
    }
    CHECK(wrong == 0, "%s: bytes of every length there and back, %d wrong", kernel, wrong);
    CHECK(wrong_text == 0, "%s: text of every length like the reference, %d wrong", kernel, wrong_text);
}

/* Each position of a text takes on each of the 256 characters. */
static void test_characters(const char *kernel)
{
    enum { N = 200 };
    char *text = random_text(N);
    int wrong = 0, missed = 0;

    for (size_t at = 0; at < N; at++) {
        char before = text[at];
        for (int c = 0; c < 256; c++) {
            text[at] = (char)c;
            wrong += !agrees(text, N);
            missed += base64_valid(text, N) && slow_value((char)c) < 0 && !(at == N - 1 && c == '=');
        }
        text[at] = before;
    }
    CHECK(wrong == 0, "%s: each character at each place like the reference, %d wrong", kernel, wrong);
    CHECK(missed == 0, "%s: each foreign character at each place is caught, %d missed", kernel, missed);
}

/* A foreign character at each place of texts of each length ends the span there. */
static void test_span(const char *kernel)
{
    int wrong = 0;

    for (size_t n = 1; n <= LENGTH_MAX; n++) {
        char *text = random_text(n);
        for (size_t at = 0; at < n; at++) {
            char before = text[at];
            text[at] = "=-_ \n\"\0\x80\xab"[at % 9];
            wrong += base64_span(text, n) != at;
            text[at] = before;
        }
        wrong += base64_span(text, n) != n;
    }
    CHECK(wrong == 0, "%s: the span ends at the first foreign character, %d wrong", kernel, wrong);
}

static void test_random(const char *kernel)
{
    int wrong = 0;

    for (int i = 0; i < 100; i++) {
        size_t n = next_random() % 5000;
        wrong += !round_trip(random_bytes(n), n);
    }
    wrong += !round_trip(random_bytes(ROOM / 2), ROOM / 2);
    CHECK(wrong == 0, "%s: random bytes there and back, %d wrong", kernel, wrong);
}

static void test_nothing(const char *kernel)
{
    size_t decoded = 1;

    CHECK(base64_encode(NULL, NULL, 0) == 0, "%s: encode nothing", kernel);
    CHECK(base64_decode(NULL, &decoded, NULL, 0) && decoded == 0, "%s: decode nothing", kernel);
    CHECK(base64_valid(NULL, 0) && base64_span(NULL, 0) == 0, "%s: nothing is valid, and has no span", kernel);
}

/* Decodes texts of every length, each with no more room than it needs. */
static int kernel_decodes_too_far(const struct base64_kernel *kernel)
{
    int wrong = 0;

    for (size_t n = 0; n <= LENGTH_MAX; n++)
        wrong += kernel->decode((uint8_t *)out_end - base64_decoded_max(n), random_text(n), n) > n;
    return wrong;
}

/* A kernel that gave up early would be covered by plain C, and only be slow. Here
 * it stands alone, and has no more room than it was promised. */
static void test_alone(const struct base64_kernel *kernel)
{
    enum { BYTES = 6000, CHARACTERS = BYTES / 3 * 4, TAIL = 64 };
    const uint8_t *bytes = random_bytes(BYTES);
    char *text = text_end - CHARACTERS;
    uint8_t *back = (uint8_t *)out_end - BYTES;

    if (!base64_use_kernel(kernel->name))
        return;
    size_t done = kernel->encode(text, bytes, BYTES);
    CHECK(done % 3 == 0 && done + TAIL > BYTES, "%s: encodes %zu bytes itself", kernel->name, done);
    slow_encode(text, bytes, BYTES);
    done = kernel->decode(back, text, CHARACTERS);
    CHECK(done % 4 == 0 && done + TAIL > CHARACTERS, "%s: decodes %zu characters itself", kernel->name, done);
    CHECK(memcmp(back, bytes, done / 4 * 3) == 0, "%s: to the right bytes", kernel->name);
    done = kernel->span(text, CHARACTERS);
    CHECK(done + TAIL > CHARACTERS, "%s: spans %zu characters itself", kernel->name, done);
    CHECK(kernel_decodes_too_far(kernel) == 0, "%s: stays within its room", kernel->name);
}

static void test_choice(void)
{
    static const char *const unknown[] = { "", "AVX2", "sse", "avx512", NULL };
    const char *best = base64_kernel();

    CHECK(strcmp(best, "scalar") == 0 || base64_use_kernel(best), "the first choice is a kernel: %s", best);
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        CHECK(!base64_use_kernel(unknown[i]) && strcmp(base64_kernel(), best) == 0,
              "an unknown kernel changes nothing: %s", unknown[i] ? unknown[i] : "NULL");
}

int main(void)
{
    static const char *const kernels[] = { "scalar", "ssse3", "avx2", "neon" };
    static void (*const tests[])(const char *kernel) = {
        test_vectors, test_bad, test_lengths, test_characters, test_span, test_random, test_nothing,
    };

    text_end = guarded();
    bytes_end = guarded();
    out_end = guarded();
    test_choice();
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        if (!base64_use_kernel(kernels[i]))
            continue;
        CHECK_TEXT(base64_kernel(), kernels[i], "%s is in use", kernels[i]);
        for (size_t j = 0; j < sizeof tests / sizeof *tests; j++)
            tests[j](kernels[i]);
    }
#ifdef BASE64_X86
    test_alone(&base64_ssse3);
    test_alone(&base64_avx2);
#endif
#ifdef BASE64_NEON
    test_alone(&base64_neon);
#endif
    return check_finish();
}
