-- bodies.lua - how do the image models of Bedrock want to be asked?
--
-- One address for all, but each maker has a body of its own. "stable": what Stable Image
-- and its services take. "canvas": what Amazon's own take. The catalogue's rows say under
-- `wire` where a model differs:
--
--     body        "canvas"; without it, ids with "amazon." in them are taken for those
--     needs       pictures that the model is nothing without
--     images      names of their fields, in order; else the one is "image"
--     mask        is it nothing without a mask?
--     ratio       is an edit told a ratio too?
--     strength    has an edit to say how far it goes?
--     prompt      its characters at most
--
-- SPDX-License-Identifier: MIT

local STRENGTH = 0.7        -- how far an edit may go from its picture, where that has to be said
local SIMILARITY = 0.7      -- how near a variation stays to its pictures
local LAST_SEED = 2147483646
local MOST = 4194304       -- pixels that are too many

local bodies, makers = {}, {}

-- Another provider's rows have wires of their own.
local function wire_of(job)
    return job.row.only == "bedrock" and job.row.wire or {}
end

local function wrong_value(name, expected, model, got)
    return pictor.fail("invalid_value", ("%s: expected %s for %s, got %d"):format(name, expected, model, got), { param = name })
end

local function cannot_be_told(job, name, got)
    return pictor.fail("unsupported_parameter", ("%s: expected none, because %s cannot be told, got %s"):format(name, job.model,
        pictor.show(got)), { param = name })
end

-- ---- stable --------------------------------------------------------------------------------------------------------

-- A seed of 0 means chance there; the client's 0 does not.
local function stable_seed(seed)
    return seed == 0 and 4294967294 or seed
end

function makers.stable(job)
    local wire, given = wire_of(job), job.images or {}
    local names = wire.images or { "image" }
    local foreign = job.n > 1 and "n" or job.quality and "quality" or job.image_size and "size"
    if foreign then             -- as another maker's row has it
        return nil, cannot_be_told(job, foreign, job.n > 1 and job.n or job.quality or job.image_size)
    elseif #given > #names then
        return nil, wrong_value("images", ("at most %d"):format(#names), job.model, #given)
    end
    local body = {
        prompt = job.prompt, aspect_ratio = job.aspect_ratio, seed = stable_seed(job.seed),
        output_format = not job.finish.format and job.request.output_format or nil, mask = job.mask and job.mask.data,
    }
    for i, picture in ipairs(given) do
        body[names[i]] = picture.data
    end
    if job.images and wire.strength then
        body.mode, body.strength = "image-to-image", STRENGTH
    end
    return body
end

-- ---- canvas --------------------------------------------------------------------------------------------------------

-- "16:9", pixels of a square's side -> width and height in steps of 16. As many as 2048 x 2048 are one too many.
local function sides(ratio, side)
    local w, h = ratio:match "^([%d.]+):([%d.]+)$"
    local stretch = math.sqrt(w / h)
    local width = math.tointeger((side * stretch + 1e-6) // 16 * 16)
    local height = math.tointeger((side / stretch + 1e-6) // 16 * 16)
    if width * height < MOST then
        return width, height
    end
    return width >= height and width - 16 or width, height > width and height - 16 or height
end

local function settings(job)
    local width, height
    if job.aspect_ratio then
        width, height = sides(job.aspect_ratio, job.image_size == "2K" and 2048 or 1024)
    end
    return {
        width = width, height = height, numberOfImages = job.n, seed = job.seed or job.random_seed % (LAST_SEED + 1),
        quality = job.quality == "hd" and "premium" or "standard",
    }
end

local function variation(job)
    local list = {}
    for i, picture in ipairs(job.images) do
        list[i] = picture.data
    end
    return { text = job.prompt, images = list, similarityStrength = SIMILARITY }
end

function makers.canvas(job)
    if job.seed and job.seed > LAST_SEED then
        return nil, wrong_value("seed", ("0 to %d"):format(LAST_SEED), job.model, job.seed)
    elseif job.mask and #job.images > 1 then
        return nil, wrong_value("images", "1 beside a mask", job.model, #job.images)
    end
    local body = { imageGenerationConfig = settings(job) }
    if job.mask then
        body.taskType = "INPAINTING"
        body.inPaintingParams = { text = job.prompt, image = job.images[1].data, maskImage = job.mask.data }
    elseif job.images then
        body.taskType, body.imageVariationParams = "IMAGE_VARIATION", variation(job)
    else
        body.taskType, body.textToImageParams = "TEXT_IMAGE", { text = job.prompt }
    end
    return body
end

-- ---- all -----------------------------------------------------------------------------------------------------------

local function shape_refused(job)
    local size = job.request.size
    local name = size and "size" or "aspect_ratio"
    return pictor.fail("unsupported_parameter", ("%s: expected none, because an edit with %s keeps the picture's shape, got %s"):format(
        name, job.model, pictor.show(size and size.text or job.request.aspect_ratio)), { param = name })
end

-- What this model cannot be without, or cannot be told, refused by name before it costs anything.
local function refusal(job)
    local wire, given = wire_of(job), job.images and #job.images or 0
    if not job.model:find "%w" then         -- "..", which an address would lose
        return pictor.fail("model_not_found", ("model: expected an id, got %s"):format(pictor.show(job.model)), { param = "model" })
    elseif given < (wire.needs or 0) then
        return wrong_value("images", tostring(wire.needs), job.model, given)
    elseif wire.mask and not job.mask and not job.images[1].alpha then
        return pictor.fail("missing_required_parameter", ("mask: expected one, because %s draws only where it is open, got nothing"):format(
            job.model), { param = "mask" })
    elseif job.aspect_ratio and given > 0 and (job.mask or not (wire.ratio or wire.body)) then
        return shape_refused(job)
    elseif wire.prompt and utf8.len(job.prompt) > wire.prompt then
        return wrong_value("prompt", ("at most %d characters"):format(wire.prompt), job.model, utf8.len(job.prompt))
    end
    return nil
end

-- -> the body of this job's call | nil, fail
function bodies.of(job)
    local err = refusal(job)
    if err then
        return nil, err
    end
    local maker = wire_of(job).body or (job.model:find("amazon.", 1, true) and "canvas") or "stable"
    return makers[maker](job)
end

return bodies
