-- wanted.lua - can this workflow do what was asked for, and what goes into its holes?
--
-- A parameter that it has no hole for is refused by name, before anything is sent.
-- What nobody asked for, and it must know all the same, is decided here.
-- SPDX-License-Identifier: MIT

local shape = require "shape"
local workflow = require "workflow"

local SEEDS = 1 << 31
local SIDES = { min = 64, max = 4096, step = 16 }
local MISSING = {
    text = { "images", "some", "only a workflow for edits", "none" },
    edit = { "images", "none", "no workflow for edits", "one" },
    inpaint = { "mask", "none", "no workflow for masks", "one" },
}

local wanted = {}

-- ---- what cannot be told -----------------------------------------------------------------------------------------

local function refused(job, name, expected, why, got)
    name = name == "images" and job.request.images_name or name
    return pictor.fail("unsupported_parameter", ("%s: expected %s, because %s, got %s"):format(name, expected, why, got), { param = name })
end

-- -> a fail, or nil when the workflow has a hole for all that was asked for
local function refusal(job, holes)
    local request, count, its = job.request, workflow.pictures(holes), "the workflow of " .. job.model .. " has "
    if request.seed and not holes.seed then
        return refused(job, "seed", "none", its .. "no %seed%", pictor.show(request.seed))
    elseif job.size and not holes.width then
        return refused(job, request.size and "size" or "aspect_ratio", "none", its .. "no %width% and %height%",
            pictor.show(request.size and request.size.text or request.aspect_ratio))
    elseif count ~= #(job.images or {}) then
        return refused(job, "images", ("exactly %d"):format(count), its .. "so many holes", #job.images)
    elseif job.n > 1 and not (holes.n or holes.seed) then
        return refused(job, "n", "1", its .. "neither %n% nor %seed%", request.n)
    end
    return nil
end

-- -> the text of the workflow, the size that it draws | nil, fail
function wanted.workflow(job)
    if not job.options.workflows[job.model] then
        return nil, pictor.fail("model_not_found", ("model: expected one that has a workflow, got %s"):format(pictor.show(job.model)),
            { param = "model" })
    end
    local kind, text, size = workflow.choose(job.options, job.model, job.images, job.mask)
    if not text then
        local name, expected, why, got = table.unpack(MISSING[kind])
        return nil, refused(job, name, expected, ("%s has %s"):format(job.model, why), got)
    end
    local err = refusal(job, workflow.holes(text))
    return not err and text or nil, err or size
end

-- ---- what goes into the holes ------------------------------------------------------------------------------------

-- An order with the seed of another one is not drawn again there, so everyone gets one of its own.
local function seed(job, order)
    return ((job.seed or job.random_seed) + order) % SEEDS
end

-- memo: names of the pictures that were brought, the mask's last; orders so far; pictures that were drawn.
function wanted.filled(job, memo, text, size)
    local width, height = shape.of(job, size, SIDES)
    local values = { prompt = job.prompt, seed = seed(job, memo.orders), width = width, height = height, n = job.n - #memo.pictures }
    for i = 1, #(job.images or {}) do
        values[i == 1 and "image" or "image_" .. i] = memo.names[i]
    end
    values.mask = job.mask and memo.names[#memo.names]
    return workflow.fill(text, values)
end

return wanted
