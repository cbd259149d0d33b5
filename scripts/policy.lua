-- policy.lua - which model, which shape, which words, and what after a failure?
--
-- The decisions of this gateway. A policy of your own usually takes this one and
-- changes one function of it:
--
--     local policy = require "policy"
--     local pick = policy.pick_model
--     function policy.pick_model(request)
--         return request.n > 4 and "gemini-nano-banana-2.1" or pick(request)
--     end
--     return policy
--
-- scripts/README.md says what a request and a model look like.

local prompts = require "prompts"
local providers = require "providers"
local ratios = require "ratios"

local policy = {}

-- What "auto" tries to be, best first. The last one draws locally, and is served only
-- where the configuration lists it.
local PREFERRED = {
    "gemini-3-pro-image-preview",
    "gemini-nano-banana-2.1",
    "gpt-image-2.6-sunburst",
    "gpt-image-2",
    "grok-imagine-image-2.0",
    "flux-3-image",
    "demo",
}

-- Called when the model is "auto". -> a model's id
function policy.pick_model(request)
    for _, id in ipairs(PREFERRED) do
        if #providers.serving(request, id) > 0 then
            return id
        end
    end
    return nil
end

-- -> a ratio of model.ratios such as "16:9", or nil: the model's own choice
function policy.aspect_ratio(request, model)
    local width, height = ratios.wanted(request)
    if not width or not model.ratios then
        return nil
    end
    return ratios.nearest(model.ratios, width, height)
end

-- -> an entry of model.tiers such as "2K", or nil: the model's own choice
function policy.image_size(request, model)
    if not request.size or not model.tiers then
        return nil
    end
    return ratios.tier(model.tiers, request.size.width, request.size.height)
end

local ANY = { min = 1, max = 65535 }     -- a model of which nobody wrote down more
local SQUARE = 1024 * 1024     -- pixels of a picture of which only the ratio was said

-- Called for models that are told pixels. -> width and height that model.sizes or model.pixels
-- allow, or nil: the model's own choice
function policy.pixels(request, model)
    local width, height = ratios.wanted(request)
    if not width then
        return nil
    elseif model.sizes then
        return ratios.nearest_size(model.sizes, width, height)
    elseif request.aspect_ratio then
        local area = request.size and request.size.width * request.size.height or SQUARE
        width, height = ratios.with_area(width, height, area)
    end
    return ratios.within(model.pixels or ANY, width, height)
end

-- -> "ratio": a picture of about that size will do; "exact": cut it to the size that was asked
-- for; then also "crop" (as it ships) or "pad". May also be just one of the two words.
policy.size_policy = "ratio"

-- Says style, quality and background in words. Called only for the parameters that the
-- provider cannot pass on: request.worded lists them. -> text
function policy.rewrite_prompt(request)
    local parts = { request.prompt }
    for _, name in ipairs(request.worded) do
        local sentence = prompts[name]
        parts[#parts + 1] = type(sentence) == "table" and sentence[request[name]] or sentence
    end
    return table.concat(parts, "\n\n")
end

-- -> { { provider =, model = }, … } in the order to try
function policy.candidates(request, model)
    return providers.serving(request, model.asked)
end

local REFUSALS = { content_policy_violation = true, invalid_value = true, request_too_large = true }
local TRIES = 3             -- of one candidate
local PATIENCE = 8          -- seconds to wait for one candidate; longer, and the next is asked

-- Half a second, then twice as long each time, and never the same for all who failed together.
local function back_off(tries)
    return 0.5 * 2 ^ (tries - 1) * (0.75 + math.random() / 2)
end

-- fail: { code, message, retry, retry_after, charged }. attempt: { provider, model, tries (of this
-- candidate), number (of this picture), charged (failures that may have cost money), seconds_left }.
-- -> "retry" and seconds to wait, "next" (candidate) or "stop"
function policy.on_failure(_, fail, attempt)
    if REFUSALS[fail.code] or attempt.charged > 1 then
        return "stop"
    end
    local wait = fail.retry_after or back_off(attempt.tries)
    if fail.retry and attempt.tries < TRIES and wait <= PATIENCE and wait < attempt.seconds_left then
        return "retry", wait
    end
    return "next"
end

return policy
