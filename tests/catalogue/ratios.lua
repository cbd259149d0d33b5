-- ratios.lua - does ratios.within find an allowed size whenever there is one?
--
-- A policy for tests: when it is loaded, it draws limits and sizes by lot, from the number
-- that ratios_test.mjs writes into seed.lua beside it, and goes through every size that they
-- allow. It throws what is wrong, with the limits.
-- SPDX-License-Identifier: MIT

local ratios = require "ratios"

local MOST = 96             -- of a side: its square is gone through for each limits
local CASES, SIZES = 60, 12

-- Lehmer's generator: the same numbers for the same seed.
local state = require "seed"
local function lot(least, most)
    state = state * 48271 % 2147483647
    return least + state % (most - least + 1)
end

local function perhaps(value)
    return lot(1, 3) > 1 and value or nil
end

local function some_limits()
    local least = lot(1, 40)
    local limits = { min = least, max = lot(least, MOST), step = perhaps(lot(2, 24)), ratio = perhaps(lot(10, 60) / 10) }
    local few = lot(1, limits.max * limits.max)
    limits.area = perhaps { few, few + lot(0, lot(1, 2000)) }
    return limits
end

local function is_good(limits, w, h)
    local step, area, ratio = limits.step or 1, limits.area or { 0, math.huge }, limits.ratio or math.huge
    return math.type(w) == "integer" and math.type(h) == "integer" and w % step == 0 and h % step == 0
        and w >= limits.min and h >= limits.min and w <= limits.max and h <= limits.max
        and w * h >= area[1] and w * h <= area[2] and w <= ratio * h and h <= ratio * w
end

-- Is any size good at all?
local function has_any(limits)
    local step = limits.step or 1
    for w = step, limits.max, step do
        for h = step, limits.max, step do
            if is_good(limits, w, h) then
                return true
            end
        end
    end
    return false
end

local function shown(limits)
    local area = limits.area or { "none", "none" }
    return ("min %s, max %s, step %s, ratio %s, area %s to %s"):format(limits.min, limits.max, limits.step, limits.ratio,
        area[1], area[2])
end

local function check(limits, any, width, height)
    local w, h = ratios.within(limits, width, height)
    if any ~= (w ~= nil) or (w and not is_good(limits, w, h)) then
        error(("%s: %s x %s: expected %s, got %s x %s"):format(shown(limits), width, height,
            any and "an allowed size" or "nil", w, h), 0)
    end
    if is_good(limits, width, height) and (w ~= width or h ~= height) then
        error(("%s: expected %s x %s as it is, got %s x %s"):format(shown(limits), width, height, w, h), 0)
    end
end

for _ = 1, CASES do
    local limits = some_limits()
    local any = has_any(limits)
    for _ = 1, SIZES do
        check(limits, any, lot(1, 3 * MOST), lot(1, 3 * MOST))
        check(limits, any, lot(1, 60 * MOST) / 32, lot(1, 60 * MOST) / 32)
    end
end

return {}
