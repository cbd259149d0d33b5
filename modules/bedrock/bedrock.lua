-- bedrock.lua - how is a picture asked for with Amazon Bedrock's InvokeModel?
--
-- One address for all models: bodies.lua knows what each maker wants in the body,
-- sigv4.lua how a call is signed; a Bedrock API key needs no signature. What is blocked
-- comes back with HTTP 200.
-- SPDX-License-Identifier: MIT
local bodies = require "bodies"
local sigv4 = require "sigv4"

-- A key that opens by itself, or a signature of what is sent.
local function headers(options, url, body, now)
    local all = { accept = "application/json", ["content-type"] = "application/json" }
    if options.api_key then
        all.authorization = "Bearer " .. options.api_key
        return all
    end
    local scheme, authority, path = url:match "^(%a+)://([^/]+)(.*)$"
    local signed = {
        host = (authority:gsub(scheme == "https" and ":443$" or ":80$", "")), ["x-amz-date"] = pictor.utc(now),
        ["x-amz-security-token"] = options.session_token,
    }
    local account = { id = options.access_key_id, secret = options.secret_access_key }
    all["x-amz-date"], all["x-amz-security-token"] = signed["x-amz-date"], options.session_token
    all.authorization = sigv4.authorization({ method = "POST", path = path, query = "", headers = signed,
        hash = pictor.sha256(body) }, account, options.region, "bedrock")
    return all
end

local function build(job)
    local body, err = bodies.of(job)
    if not body then
        return nil, err
    end
    local options = job.options
    local base = options.base_url or ("https://bedrock-runtime.%s.amazonaws.com"):format(options.region)
    local url, text = ("%s/model/%s/invoke"):format(base, sigv4.encoded(job.model)), pictor.json.encode(body)
    return { url = url, headers = headers(options, url, text, job.now), body = text }
end

local function is_blocked(words)
    return words:find "^Filter reason" or words:find "content filters" or words:find "Responsible AI"
end

local function refused(words)
    return pictor.fail("content_policy_violation", "prompt: expected one that the provider draws, got refused: " .. pictor.words(words),
        { param = "prompt" })
end

-- Reasons stand beside pictures, null where all is well; without pictures there may be nothing but them.
local function read(answer)
    local body, pictures = answer.json, {}
    local reasons = type(body.finish_reasons) == "table" and body.finish_reasons or {}
    for i, data in ipairs(type(body.images) == "table" and body.images or {}) do
        pictures[#pictures + 1] = type(reasons[i]) ~= "string" and { data = data } or nil
    end
    if #pictures > 0 then
        return { pictures = pictures }
    end
    local words = type(reasons[1]) == "string" and reasons[1] or type(body.error) == "string" and body.error or "none"
    if is_blocked(words) then
        return nil, refused(words)
    end
    return nil, pictor.fail("no_images_generated", "model: expected a picture, got " .. pictor.words(words),
        { retry = true, charged = true })
end

-- The kind of an error stands in a header: "ValidationException:http://…".
local function read_error(answer, _, fail)
    local kind = tostring(answer.headers["x-amzn-errortype"]):match "^%a+"
    local words = type(answer.json) == "table" and type(answer.json.message) == "string" and answer.json.message or ""
    if answer.status == 400 and is_blocked(words) then
        return refused(words)
    elseif answer.status == 400 and (words:find "model identifier" or words:find "inference profile") then
        return pictor.fail("model_not_found", fail.message, { param = "model" })
    elseif kind == "ServiceQuotaExceededException" then
        return pictor.fail("insufficient_quota", fail.message)
    elseif answer.status == 424 then        -- the model failed, not the request
        fail.retry = true
    end
    return fail
end

local function check(options)
    if options.api_key and (options.access_key_id or options.secret_access_key or options.session_token) then
        return "api_key", "none beside an access key", "both"
    elseif not options.api_key and not options.access_key_id then
        return "access_key_id", "text, or an api_key", "nil"
    elseif not options.api_key and not options.secret_access_key then
        return "secret_access_key", "text", "nil"
    elseif not options.region:match "^[%l%d-]+$" then
        return "region", "a region such as us-west-2", pictor.show(options.region)
    end
    return nil
end

return {
    families = {},          -- the catalogue has its models by the ids that only it has
    takes = { "aspect_ratio", "images", "mask", "n", "output_format", "quality", "seed" },
    row = {
        ratios = { "16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21" }, n = 1, inputs = 1, mask = false,
        formats = {}, transparent = false,
    },
    options = {
        access_key_id = { type = "text", about = "The id of an access key that may call bedrock:InvokeModel." },
        secret_access_key = { type = "text", secret = true, about = "Its secret: signs, and is never sent." },
        session_token = { type = "text", secret = true, about = "Of temporary credentials." },
        api_key = { type = "text", secret = true, about = "In place of an access key: a Bedrock API key." },
        region = { type = "text", default = "us-west-2", about = "The region that is called." },
        base_url = { type = "url", about = "Where the API is, if not at https://bedrock-runtime.REGION.amazonaws.com." },
    },
    check = check,
    build = build,
    read = read,
    read_error = read_error,
}
