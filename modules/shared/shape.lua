-- shape.lua - how large is a picture of which nobody said the size?
--
-- Servers of one's own draw a square unasked, and press what an edit starts from into
-- that. So they are told: the first picture's shape, with about so many pixels, in steps
-- that the server knows.
-- SPDX-License-Identifier: MIT

local shape = {}

local function side(value, limits)
    local steps = math.floor(value / limits.step + 0.5)
    return math.tointeger(math.max(limits.min, math.min(limits.max, steps * limits.step)))
end

-- picture: with width and height. area: in pixels. limits: { step, min, max } of a side. -> width, height
function shape.like(picture, area, limits)
    local scale = math.sqrt(area / (picture.width * picture.height))
    return side(picture.width * scale, limits), side(picture.height * scale, limits)
end

-- What was asked for, or "WIDTHxHEIGHT": in an edit, its area in the shape of the first picture. -> width, height
function shape.of(job, usual, limits)
    if job.size then
        return job.size.width, job.size.height
    end
    local width, height = usual:match "^(%d+)x(%d+)$"
    local first = job.images and job.images[1]
    if first and first.width then
        return shape.like(first, width * height, limits)
    end
    return math.tointeger(width), math.tointeger(height)
end

return shape
