/* noise.c - random numbers and value noise.
 * SPDX-License-Identifier: MIT */
#include "noise.h"

static uint64_t scramble(uint64_t z)
{
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* splitmix64 */
uint64_t chance_next(struct chance *chance)
{
    return scramble(chance->state += 0x9e3779b97f4a7c15u);
}

int32_t chance_between(struct chance *chance, int32_t low, int32_t high)
{
    return low + (int32_t)(chance_next(chance) % (uint64_t)((int64_t)high - low + 1));
}

uint64_t noise_hash(uint64_t hash, const char *text)
{
    for (const char *at = text; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash;
}

static int32_t lattice(uint64_t seed, int64_t x, int64_t y)
{
    uint64_t z = seed ^ (uint64_t)x * 0x9e3779b97f4a7c15u ^ (uint64_t)y * 0xc2b2ae3d27d4eb4fu;

    return (int32_t)(scramble(z) >> 50);
}

/* Position inside a cell to an S from 0 to NOISE_ONE. */
static int32_t ease(int64_t position)
{
    int32_t t = (int32_t)(position >> 10 & (NOISE_ONE - 1));

    return (t * t >> 14) * (3 * NOISE_ONE - 2 * t) >> 14;
}

static int32_t between(int32_t from, int32_t to, int32_t share)
{
    return from + ((to - from) * share >> 14);
}

/* Adds weight * one octave to each of the n values. */
static void add_octave(const struct noise *noise, uint64_t seed, int64_t x, int64_t dx, int64_t y, int32_t weight,
                       int32_t *out, int n)
{
    int64_t row = y >> 24, cell = (x >> 24) - 1;
    int32_t down = ease(y), left = 0, right = 0;

    for (int i = 0; i < n; i++, x += dx) {
        if (x >> 24 != cell) {
            cell = x >> 24;
            left = between(lattice(seed, cell, row), lattice(seed, cell, row + 1), down);
            right = between(lattice(seed, cell + 1, row), lattice(seed, cell + 1, row + 1), down);
        }
        int32_t value = between(left, right, ease(x));
        if (noise->shape == NOISE_SHARP)
            value = value < NOISE_ONE / 2 ? 2 * value : 2 * (NOISE_ONE - value);
        out[i] += value * weight >> 14;
    }
}

void noise_row(const struct noise *noise, int64_t x, int64_t dx, int64_t y, int32_t *out, int n)
{
    int32_t weight = NOISE_ONE / 2, mean = 0;
    uint64_t seed = noise->seed;

    for (int i = 0; i < n; i++)
        out[i] = 0;
    for (int octave = 0; octave < noise->octaves; octave++) {
        if (dx <= NOISE_UNIT / 2)
            add_octave(noise, seed, x, dx, y, weight, out, n);
        else
            mean += weight / 2;
        seed = scramble(seed + 1);
        x *= 2;
        dx *= 2;
        y *= 2;
        weight /= 2;
    }
    for (int i = 0; i < n; i++)
        out[i] += mean;
}
