-- demo.lua - a picture without any provider
--
-- Asks the C side of this folder to draw a landscape. Serves only where the
-- configuration lists it, so that nobody gets placeholder art by accident.
-- SPDX-License-Identifier: MIT

local AREA = 1024 * 1024                -- pixels, when no size was asked for
local LEAST, MOST = 16, 4096            -- of one side

local function within(side)
    return math.max(LEAST, math.min(MOST, math.floor(side + 0.5)))
end

-- The size that was asked for; else the ratio, with as many pixels as the size or a square has.
local function pixels(job)
    local area = job.size and job.size.width * job.size.height or AREA
    if not job.aspect_ratio then
        return job.size and job.size.width or 1024, job.size and job.size.height or 1024
    end
    local w, h = job.aspect_ratio:match "^([%d.]+):([%d.]+)$"
    local width = math.sqrt(area * w / h)
    return within(width), within(width * h / w)
end

local function build(job)
    local width, height = pixels(job)
    return {
        task = "demo.draw",
        args = {
            prompt = job.prompt, width = width, height = height, index = job.index,
            seed = job.request.seed, palette = job.request.style or "vivid",
        },
    }
end

local function read(answer)
    return { pictures = { { data = answer.values.picture } } }
end

return {
    families = { "demo" },
    tasks = { "demo.draw" },
    takes = { "aspect_ratio", "moderation", "seed", "size", "style" },
    options = {},
    build = build,
    read = read,
}
