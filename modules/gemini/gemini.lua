-- gemini.lua - how is a picture asked for with Google's generateContent?
--
-- One picture a call: image models refuse candidateCount. failures.lua knows why there is
-- none. Vertex AI speaks the same: vertex.lua knows where, and how it learns who asks.
-- SPDX-License-Identifier: MIT
local failures = require "failures"
local vertex = require "vertex"

local BASE = "https://generativelanguage.googleapis.com/v1beta"
local HARMS = { "HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT" }

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

-- Thoughts are billed as text; so is what the candidates have beside pictures. Without details they are pictures, where
-- there are some: nothing else was asked for. An answer without any counts too: what was read and said is billed.
local function usage(meta, drawn)
    local read, made = tonumber(meta.promptTokenCount), tonumber(meta.candidatesTokenCount)
    if not (made or read and not drawn) then
        return nil
    end
    local image_in, image_out = by_modality(meta.promptTokensDetails, "IMAGE"), drawn and made or 0
    if meta.candidatesTokensDetails then
        image_out = by_modality(meta.candidatesTokensDetails, "IMAGE")
    end
    return {
        image_in = image_in, text_in = (read or 0) - image_in, image_out = image_out,
        text_out = (made or 0) - image_out + (tonumber(meta.thoughtsTokenCount) or 0),
    }
end

local function read(answer)
    local body = answer.json
    local feedback, meta = body.promptFeedback, type(body.usageMetadata) == "table" and body.usageMetadata or {}
    if type(feedback) == "table" and feedback.blockReason then
        return failures.refused(feedback.blockReason, feedback.blockReasonMessage, usage(meta, false))
    end
    local candidate = type(body.candidates) == "table" and body.candidates[1] or {}
    candidate = type(candidate) == "userdata" and {} or candidate
    local parts = type(candidate.content) == "table" and candidate.content.parts or {}
    local pictures, texts = sort_parts(parts)
    if #pictures == 0 then
        return failures.no_picture(candidate, texts, usage(meta, false))
    end
    return { pictures = pictures, usage = usage(meta, true) }
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
    read_error = failures.read_error,
}
