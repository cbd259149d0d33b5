-- ratios.lua - which of a model's ratios and sizes is nearest to the one asked for?
--
-- Arithmetic on any width and height, never a table that falls to 1:1. Distances
-- are those of logarithms: 2:1 is as far from 1:1 as 1:2 is.

local ratios = {}

-- "16:9" -> 16, 9. "19.5:9" is one too.
local function sides(ratio)
    local width, height = ratio:match "^([%d.]+):([%d.]+)$"
    return tonumber(width), tonumber(height)
end

-- The entry of a list such as { "1:1", "16:9" } that is nearest to width : height.
function ratios.nearest(list, width, height)
    local best, distance
    for _, ratio in ipairs(list) do
        local w, h = sides(ratio)
        local d = math.abs(math.log(w / h) - math.log(width / height))
        if not best or d < distance - 1e-9 then
            best, distance = ratio, d
        end
    end
    return best
end

-- What a request asks for, as width and height: its aspect_ratio, else its size, else nil.
function ratios.wanted(request)
    if request.aspect_ratio then
        return sides(request.aspect_ratio)
    elseif request.size then
        return request.size.width, request.size.height
    end
    return nil
end

-- The side of a square with as many pixels as the tier has: 512, 1024, 2048, 4096.
local function side(tier)
    local number, kilo = tier:match "^(%d+%.?%d*)([Kk]?)"
    return tonumber(number) * (kilo == "" and 1 or 1024)
end

-- How many pixels may be missing from what was asked for: 1792x1024 is 1K, 3840x2160 is 4K.
local ENOUGH = 0.55

-- The entry of a list such as { "1K", "2K" } whose number of pixels is nearest to width x height;
-- where more than a few would be missing, the next.
function ratios.tier(list, width, height)
    local best, distance = 1, math.huge
    for i, tier in ipairs(list) do
        local d = math.abs(math.log(side(tier) ^ 2) - math.log(width * height))
        if d < distance - 1e-9 then
            best, distance = i, d
        end
    end
    while list[best + 1] and side(list[best]) ^ 2 < ENOUGH * width * height do
        best = best + 1
    end
    return list[best]
end

-- Width and height of that ratio, with about so many pixels.
function ratios.with_area(width, height, area)
    local scale = math.sqrt(area / (width * height))
    return width * scale, height * scale
end

-- Of a list such as { "1024x1024", "1536x1024" }, the width and height of the nearest ratio.
function ratios.nearest_size(list, width, height)
    local as_ratios, by_ratio = {}, {}
    for i, size in ipairs(list) do
        as_ratios[i] = size:gsub("x", ":")
        by_ratio[as_ratios[i]] = size
    end
    local w, h = by_ratio[ratios.nearest(as_ratios, width, height)]:match "^(%d+)x(%d+)$"
    return math.tointeger(tonumber(w)), math.tointeger(tonumber(h))
end

local function clamp(value, least, most)
    return math.max(least, math.min(most, value))
end

local function allowed(limits, width, height)
    local area, ratio = limits.area, limits.ratio
    return math.min(width, height) >= limits.min and math.max(width, height) <= limits.max
        and (not area or (width * height >= area[1] and width * height <= area[2]))
        and (not ratio or (width <= ratio * height and height <= ratio * width))
end

-- -> a function that is told sizes, and the allowed one among them that changes width x height least
local function chooser(limits, width, height)
    local best, distance = {}, math.huge
    local function consider(w, h)
        local d = allowed(limits, w, h) and math.abs(math.log(w / width)) + math.abs(math.log(h / height))
        if d and d < distance then
            best[1], best[2], distance = math.tointeger(w), math.tointeger(h), d
        end
    end
    return consider, best
end

-- The multiples of step around width x height.
local function look_around(step, width, height, consider)
    local left, top = width // step, height // step
    for w = (left - 2) * step, (left + 3) * step, step do
        for h = (top - 2) * step, (top + 3) * step, step do
            consider(w, h)
        end
    end
end

-- All widths, each with the two heights around the best that goes with it.
local function look_everywhere(limits, step, height, consider)
    local area, ratio = limits.area or { 0, math.huge }, limits.ratio or math.huge
    for w = math.max(1, math.ceil(limits.min / step)) * step, limits.max, step do
        local least, most = math.max(limits.min, area[1] / w, w / ratio), math.min(limits.max, area[2] / w, w * ratio)
        local h = clamp(height, least, most) // step * step
        consider(w, h)
        consider(w, h + step)
    end
end

local function nearest_allowed(limits, width, height)
    local step = limits.step or 1
    local consider, best = chooser(limits, width, height)
    look_around(step, width, height, consider)
    if not best[1] then         -- narrow limits: few multiples are within them
        look_everywhere(limits, step, height, consider)
    end
    return best[1], best[2]
end

-- The most to one that these limits leave room for.
local function widest(limits, area)
    local least, most = limits.min, limits.max
    return math.min(limits.ratio or math.huge, most / least, area[2] / least ^ 2, most ^ 2 / math.max(area[1], 1))
end

-- The width and height nearest to these that limits allow: { min, max } of a side, and perhaps
-- step (multiples of), area = { min, max } in pixels, ratio (at most so many to one). The ratio
-- is kept before the number of pixels. nil where they allow no size at all.
function ratios.within(limits, width, height)
    if allowed(limits, width, height) and width % (limits.step or 1) == 0 and height % (limits.step or 1) == 0 then
        return math.tointeger(width), math.tointeger(height)
    end
    local area = limits.area or { 0, math.huge }
    local most = widest(limits, area)
    local ratio = clamp(width / height, 1 / most, most)
    local long = math.max(ratio, 1 / ratio)
    local least_area = math.max(area[1], limits.min ^ 2 * long)
    local w, h = ratios.with_area(ratio, 1, clamp(width * height, least_area, math.min(area[2], limits.max ^ 2 / long)))
    return nearest_allowed(limits, w, h)
end

return ratios
