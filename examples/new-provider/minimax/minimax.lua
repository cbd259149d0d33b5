-- minimax.lua - how is MiniMax's image-01 asked for a picture?
--
-- POST BASE/image_generation in JSON, for drawing as for a picture of somebody who is
-- known by a portrait. Its answers have status 200 even when they refuse, so what went
-- wrong is read from base_resp. What is assumed of it stands in README.md.
-- SPDX-License-Identifier: MIT

local PROMPT = 1500         -- characters

-- base_resp.status_code -> a failure of ours. Others are upstream_error, once: so is a
-- wrong key (1004, 2049), which is the operator's and no fault of the client's.
local CODES = {
    [1000] = { code = "upstream_error", retry = true },                     -- unknown error
    [1001] = { code = "upstream_error", retry = true, charged = true },     -- its timeout: may have drawn
    [1002] = { code = "rate_limit_exceeded", retry = true },
    [1008] = { code = "insufficient_quota" },
    [1024] = { code = "upstream_error", retry = true },                     -- internal error
    [1026] = { code = "content_policy_violation" },
    [1027] = { code = "content_policy_violation", charged = true },         -- drawn, then held back
    [1033] = { code = "upstream_error", retry = true },                     -- system error
    [1041] = { code = "rate_limit_exceeded", retry = true },                -- connections
    [1042] = { code = "invalid_value", param = "prompt" },                  -- invisible characters
    [2013] = { code = "invalid_value" },
    [2045] = { code = "rate_limit_exceeded", retry = true },                -- calls became more too quickly
    [2056] = { code = "insufficient_quota" },                               -- the plan's, for some hours
}

local function refuse(code, param, expected, got)
    return pictor.fail(code, ("%s: expected %s, got %s"):format(param, expected, got), { param = param })
end

-- What neither the row nor `takes` can say. -> nil, or a fail
local function impossible(job)
    local length = utf8.len(job.prompt) or #job.prompt
    local picture = job.images and job.images[1]
    if length > PROMPT then
        return refuse("invalid_value", "prompt", ("at most %d characters for %s"):format(PROMPT, job.model), length)
    elseif job.request.mask then        -- the scene is new: there is no old one to put back around a mask
        return refuse("unsupported_parameter", "mask", "none, because " .. job.model .. " draws another picture of the same person", "one")
    elseif job.size and job.model ~= "image-01" then
        return refuse("unsupported_parameter", "size", "none, because " .. job.model .. " cannot be told", job.size.text)
    elseif picture and picture.type ~= "png" and picture.type ~= "jpeg" then
        return refuse("invalid_image", "images", "a PNG or a JPEG for " .. job.model, picture.type)
    end
    return nil
end

-- job -> call | nil, fail
local function build(job)
    local fail = impossible(job)
    if fail then
        return nil, fail
    end
    local body = {
        model = job.model, prompt = job.prompt, n = job.n, seed = job.seed,
        response_format = "base64", prompt_optimizer = job.options.prompt_optimizer,
    }
    if job.size then
        body.width, body.height = job.size.width, job.size.height
    end
    if job.images then
        body.subject_reference = { { type = "character", image_file = pictor.data_link(job.images[1]) } }
    end
    return {
        method = "POST", url = job.options.base_url .. "/image_generation",
        headers = { authorization = "Bearer " .. job.options.api_key }, body = body,
    }
end

-- Answers are a stranger's: what should be a table may be anything.
local function as_table(value)
    return type(value) == "table" and value or {}
end

-- -> nil, or what base_resp says as a fail
local function refusal(answer, job)
    local said = as_table(as_table(answer.json).base_resp)
    local code = math.tointeger(tonumber(said.status_code))
    if not code or code == 0 then
        return nil
    end
    local known = CODES[code] or { code = "upstream_error" }
    local message = ("%s: expected a picture, got %d: %s"):format(job.provider.name, code, pictor.words(said.status_msg))
    return pictor.fail(known.code, message, { param = known.param, retry = known.retry, charged = known.charged })
end

-- failed_count counts what was held back, in digits or as a number.
local function none_drawn(answer, job)
    local held = tonumber(as_table(answer.json.metadata).failed_count) or 0
    local message = job.provider.name .. ": expected a picture, got none"
    if held > 0 then
        return pictor.fail("content_policy_violation", ("%s, %d held back"):format(message, held), { charged = true })
    end
    return pictor.fail("no_images_generated", message, { retry = true, charged = true })
end

-- answer, job -> results | nil, fail
local function read(answer, job)
    local fail = refusal(answer, job)
    if fail then
        return nil, fail
    end
    local data = as_table(answer.json.data)
    local pictures = {}
    for _, one in ipairs(as_table(data.image_base64 or data.image_urls)) do
        if type(one) == "string" then
            pictures[#pictures + 1] = { data = one }
        end
    end
    if #pictures == 0 then
        return nil, none_drawn(answer, job)
    end
    return { pictures = pictures }
end

return {
    families = { "image-01" },
    takes = { "images", "n", "seed", "size" },
    row = {
        pixels = { min = 512, max = 2048, step = 8 }, n = 9, inputs = 1, mask = false,
        formats = {}, transparent = false, prices = { picture = 0.0035 },
    },
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The key of the API." },
        base_url = { type = "url", default = "https://api.minimax.io/v1", about = "Where the API is, up to and with the version." },
        prompt_optimizer = { type = "boolean", default = false, about = "Let it rewrite prompts before it draws." },
    },
    build = build,
    read = read,
    read_error = refusal,
}
