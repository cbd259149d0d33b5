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

local function nearest(list, measure, wanted)
    local best, distance
    for _, entry in ipairs(list) do
        local d = math.abs(math.log(measure(entry)) - math.log(wanted))
        if not best or d < distance - 1e-9 then
            best, distance = entry, d
        end
    end
    return best
end

-- The entry of a list such as { "1:1", "16:9" } that is nearest to width : height.
function ratios.nearest(list, width, height)
    return nearest(list, function(ratio)
        local w, h = sides(ratio)
        return w / h
    end, width / height)
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

-- The entry of a list such as { "1K", "2K" } that is nearest in pixels to width x height.
function ratios.tier(list, width, height)
    return nearest(list, side, math.sqrt(width * height))
end

return ratios
