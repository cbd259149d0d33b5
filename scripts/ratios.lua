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

-- The first entry of a list such as { "1K", "2K" } that has enough pixels for width x height, or
-- the last one.
function ratios.tier(list, width, height)
    for _, tier in ipairs(list) do
        if side(tier) ^ 2 >= ENOUGH * width * height then
            return tier
        end
    end
    return list[#list]
end

return ratios
