-- gemini.lua - how is a picture asked for with Google's generateContent?
--
-- One picture a call: image models refuse candidateCount. HTTP 200 means little here:
-- the prompt may be blocked, the candidate cut short, or the model may only talk. Vertex
-- AI speaks the same: vertex.lua knows where, and how it learns who asks.
-- SPDX-License-Identifier: MIT
local vertex = require "vertex"

local BASE = "https://generativelanguage.googleapis.com/v1beta"
local HARMS = { "HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT" }

local REFUSALS = {
    SAFETY = true, BLOCKLIST = true, PROHIBITED_CONTENT = true, SPII = true, RECITATION = true,
    IMAGE_SAFETY = true, IMAGE_PROHIBITED_CONTENT = true, IMAGE_RECITATION = true,
}

-- The prompt's fault, yet nobody's safety.
local UNSUITABLE = {
    MAX_TOKENS = "that leaves room for a picture", LANGUAGE = "in a language that the model knows",
}

-- moderation=low: block only what is very likely harmful.
local function safety(request)
    if request.moderation ~= "low" then
        return nil
    end
    local settings = {}
    for i, harm in ipairs(HARMS) do
        settings[i] = { category = "HARM_CATEGORY_" .. harm, threshold = "BLOCK_ONLY_HIGH" }
    end
    return settings
end

local function url(job)
    local options = job.options
    local base = (options.service_account or options.express) and vertex.base(options) or options.base_url or BASE
    return ("%s/models/%s:generateContent"):format(base, vertex.escaped(job.model))
end

local function headers(job)
    return job.options.service_account and { authorization = "Bearer " .. job.token } or { ["x-goog-api-key"] = job.options.api_key }
end

-- Words first, then the pictures they are about, as the API's own samples have it.
local function parts_of(job)
    local list = { { text = job.prompt } }
    for _, picture in ipairs(job.images or {}) do
        list[#list + 1] = { inlineData = { mimeType = picture.mime, data = picture.data } }
    end
    return list
end

local function build(job)
    local image = (job.aspect_ratio or job.image_size) and { aspectRatio = job.aspect_ratio, imageSize = job.image_size }
    return {
        url = url(job),
        headers = headers(job),
        body = {
            contents = { { role = "user", parts = parts_of(job) } },
            generationConfig = { responseModalities = { "IMAGE" }, imageConfig = image or nil, seed = job.seed },
            safetySettings = safety(job.request),
        },
    }
end

-- Both spellings: proto-JSON knows inlineData and inline_data. Thoughts may hold drafts.
local function sort_parts(parts)
    local pictures, texts = {}, {}
    for _, part in ipairs(parts) do
        part = type(part) == "userdata" and {} or part        -- a null in a list
        local blob = part.inlineData or part.inline_data
        if blob and not part.thought and (blob.mimeType or blob.mime_type or ""):match "^image/" then
            pictures[#pictures + 1] = { data = blob.data }
        elseif type(part.text) == "string" and not part.thought then
            texts[#texts + 1] = part.text
        end
    end
    return pictures, table.concat(texts, " ")
end

local function by_modality(details, modality)
    for _, detail in ipairs(type(details) == "table" and details or {}) do
        if type(detail) == "table" and detail.modality == modality then
            return tonumber(detail.tokenCount) or 0
        end
    end
    return 0
end

-- Thoughts are billed as text; so is what the candidates have beside pictures. Without
-- details they have nothing beside them: only pictures were asked for.
local function usage(meta)
    local drawn = type(meta) == "table" and tonumber(meta.candidatesTokenCount)
    if not drawn then
        return nil
    end
    local image_in = by_modality(meta.promptTokensDetails, "IMAGE")
    local image_out = meta.candidatesTokensDetails and by_modality(meta.candidatesTokensDetails, "IMAGE") or drawn
    return {
        image_in = image_in, text_in = (tonumber(meta.promptTokenCount) or 0) - image_in, image_out = image_out,
        text_out = drawn - image_out + (tonumber(meta.thoughtsTokenCount) or 0),
    }
end

local function refused(reason, words)
    return nil, pictor.fail("content_policy_violation", ("prompt: expected one that the provider draws, got refused: %s%s"):format(
        pictor.words(reason), words and words ~= "" and " (" .. pictor.words(words) .. ")" or ""), { param = "prompt" })
end

-- Why there is no picture in an answer that is otherwise well.
local function no_picture(candidate, texts)
    local reason, words = candidate.finishReason or "STOP", candidate.finishMessage or texts
    if REFUSALS[reason] then
        return refused(reason, words)
    elseif UNSUITABLE[reason] then
        return nil, pictor.fail("invalid_value", ("prompt: expected one %s, got %s"):format(UNSUITABLE[reason], reason),
            { param = "prompt", charged = true })
    end
    local said = pictor.words(reason) .. (words ~= "" and ", and these words: " .. pictor.words(words) or "")
    return nil, pictor.fail("no_images_generated", "model: expected a picture, got " .. said, { retry = true, charged = true })
end

local function read(answer)
    local body = answer.json
    local feedback = body.promptFeedback
    if type(feedback) == "table" and feedback.blockReason then
        return refused(feedback.blockReason, feedback.blockReasonMessage)
    end
    local candidate = type(body.candidates) == "table" and body.candidates[1] or {}
    candidate = type(candidate) == "userdata" and {} or candidate
    local parts = type(candidate.content) == "table" and candidate.content.parts or {}
    local pictures, texts = sort_parts(parts)
    if #pictures == 0 then
        return no_picture(candidate, texts)
    end
    return { pictures = pictures, usage = usage(body.usageMetadata) }
end

-- RetryInfo says how long to wait; "34s". A bad key is the operator's, not the client's.
-- A token may end before its time: the next try fetches another.
local function read_error(answer, job, fail)
    local err = type(answer.json) == "table" and answer.json.error
    if type(err) == "string" and answer.json.error_description then     -- of the address that gives tokens
        fail.message = ("%s: %s"):format(pictor.words(err), pictor.words(answer.json.error_description))
    end
    fail.retry = fail.retry or (answer.status == 401 and job.token ~= nil) or nil
    for _, detail in ipairs(type(err) == "table" and err.details or {}) do
        local seconds = type(detail.retryDelay) == "string" and tonumber(detail.retryDelay:match "^([%d.]+)s$")
        if seconds and seconds < 86400 then
            fail.retry_after = fail.retry_after or math.ceil(seconds)
        end
        if tostring(detail.reason):match "^API_KEY_" then
            return pictor.fail("upstream_error", "provider: expected its key to be good, got " .. detail.reason)
        end
    end
    if answer.status == 400 and type(err) == "table" and err.status == "FAILED_PRECONDITION" then
        return pictor.fail("upstream_error", fail.message)
    end
    return fail
end

-- Nothing that is configured stays unused: a key has no project.
local function check(options)
    if options.service_account and (options.api_key or options.express) then
        return "service_account", "none beside a key", "both"
    elseif options.service_account then
        return vertex.check(options)
    elseif not options.api_key then
        return "api_key", "text", "nil"
    elseif options.project then
        return "project", "none without a service_account", pictor.show(options.project)
    elseif options.location ~= "global" then
        return "location", "none without a service_account", pictor.show(options.location)
    end
    return nil
end

return {
    families = { "gemini-" },
    takes = { "aspect_ratio", "images", "moderation", "seed" },
    options = {
        api_key = { type = "text", secret = true, about = "The key of the Gemini API. Either it or a service_account." },
        base_url = {
            type = "url", about = "Where the API is, up to and with its version, if not at Google: " .. BASE .. ", or Vertex AI's.",
        },
        express = { type = "boolean", default = false, about = "The api_key is one of Vertex AI's express mode." },
        service_account = { type = "text", secret = true, about = "For Vertex AI: the text of a service account's key file." },
        project = { type = "text", about = "For Vertex AI: the project's id; default: the key file's." },
        location = { type = "text", default = "global", about = "For Vertex AI: where the model runs." },
    },
    check = check,
    token = vertex.token,
    build = build,
    read = read,
    read_error = read_error,
}
