-- body.lua - where does this model take orders, and what does it call what it is asked for?
--
-- The newer ones take a message and answer at once; Wan may also be given an order that is
-- asked for later, and the older ones know nothing else. How many, no watermark, and whether
-- the prompt is rewritten are always said: unasked the API draws four, or charges twice.
-- SPDX-License-Identifier: MIT

local body = {}

local AT_ONCE = { path = "/services/aigc/multimodal-generation/generation" }
local TEXT_TO_IMAGE, IMAGE_TO_IMAGE = "/services/aigc/text2image/image-synthesis", "/services/aigc/image2image/image-synthesis"

-- By the beginning of an id, the first that fits: where orders go. plain: a prompt in place of a message; always: it takes
-- nothing but orders.
local ORDERS = {
    { "^wan2%.5%-i2i", path = IMAGE_TO_IMAGE, plain = true, always = true },
    { "^wan2%.[0-5]", path = TEXT_TO_IMAGE, plain = true, always = true },
    { "^wanx", path = TEXT_TO_IMAGE, plain = true, always = true },
    { "^wan", path = "/services/aigc/image-generation/generation" },
    { "^qwen%-image$", path = TEXT_TO_IMAGE, plain = true },
    { "^qwen%-image%-plus", path = TEXT_TO_IMAGE, plain = true },
}

-- -> { path, plain, order (is it one?) }
function body.way(job)
    for _, way in ipairs(ORDERS) do
        if job.row.id:find(way[1]) then
            return (way.always or job.options.async) and { path = way.path, plain = way.plain, order = true } or AT_ONCE
        end
    end
    return AT_ONCE
end

local function refused(name, expected, got, code)
    return pictor.fail(code, ("%s: expected %s, got %s"):format(name, expected, got), { param = name })
end

-- What this model is nothing without, or does not draw from pictures -> fail | nil
function body.unfit(job)
    local wire, request = job.row.wire or {}, job.request
    if wire.needs == "images" and not job.images then
        return refused("images", ("one at least, which %s works on"):format(job.model), "none", "missing_required_parameter")
    elseif job.size and job.images and wire.edit_area and job.size.width * job.size.height > wire.edit_area then
        return refused(request.size and "size" or "aspect_ratio",
            ("at most %d pixels in an edit with %s"):format(wire.edit_area, job.model), job.size.text, "invalid_value")
    end
    return nil
end

-- Left open, some draw four megapixels, and charge for that: they are told one, or as much of the first picture's shape.
local function size_of(job)
    local wire = job.row.wire or {}
    if job.size then
        return ("%d*%d"):format(job.size.width, job.size.height)
    end
    return job.images and wire.edit_size or not job.images and wire.size or nil
end

local function parameters(job)
    local result = { size = size_of(job), n = job.n, seed = job.seed, watermark = false }
    if (job.row.wire or {}).extend ~= false then
        result.prompt_extend = job.options.prompt_extend
    end
    return result
end

-- Pictures, then words.
local function content(job)
    local parts = {}
    for i, link in ipairs(pictor.data_links(job.images)) do
        parts[i] = { image = link }
    end
    parts[#parts + 1] = { text = job.prompt }
    return parts
end

-- job, way -> the body of a call
function body.of(job, way)
    local input = way.plain and { prompt = job.prompt, images = job.images and pictor.data_links(job.images) }
        or { messages = { { role = "user", content = content(job) } } }
    return { model = job.model, input = input, parameters = parameters(job) }
end

return body
