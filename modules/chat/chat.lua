-- chat.lua - how is a picture asked for with chat completions?
--
-- OpenAI-style routers (OpenRouter, LLM Gateway, and others) that pass image models on.
-- Their pictures come as data links: in message.images, in parts of the content, or in
-- the middle of its text.
-- SPDX-License-Identifier: MIT

local BASE64 = "data:image/[%w.+-]+;base64,([%w+/<:>]+=*)"      -- < : > because a mark may stand there

-- Only words are just a text; with pictures, it is a list of parts.
local function content_of(job)
    if not job.images then
        return job.prompt
    end
    local parts = { { type = "text", text = job.prompt } }
    for _, picture in ipairs(job.images) do
        local link = ("data:%s;base64,%s"):format(picture.mime, picture.data)
        parts[#parts + 1] = { type = "image_url", image_url = { url = link } }
    end
    return parts
end

local function build(job)
    local image = { aspect_ratio = job.aspect_ratio, image_size = job.image_size }
    return {
        url = job.options.base_url .. "/chat/completions",
        headers = { authorization = "Bearer " .. job.options.api_key },
        body = {
            model = job.model,
            messages = { { role = "user", content = content_of(job) } },
            modalities = job.options.modalities or { "image", "text" },
            image_config = next(image) and image or nil,
            seed = job.seed,
            user = job.request.user,
        },
    }
end

local function add_link(pictures, link)
    local url = type(link) == "table" and (link.url or link) or link
    if type(url) == "string" then
        pictures[#pictures + 1] = { data = url:match("^" .. BASE64 .. "$") or url }
    end
end

-- message.images, and the older message.image
local function from_images(message, pictures)
    local images = type(message.images) == "table" and message.images or { message.image }
    for _, image in ipairs(images) do
        add_link(pictures, type(image) == "table" and image.image_url or image)
    end
end

-- As Markdown has a picture, or bare. -> the words beside the pictures
local function from_text(text, pictures)
    local function take(data)
        pictures[#pictures + 1] = { data = data }
        return ""
    end
    return (text:gsub("!%[[^%[%]]*%]%(" .. BASE64 .. "%)", take):gsub(BASE64, take))
end

local function from_parts(parts, pictures)
    local words = {}
    for _, part in ipairs(parts) do
        if type(part) == "table" and part.image_url then
            add_link(pictures, part.image_url)
        elseif type(part) == "table" and type(part.text) == "string" then
            words[#words + 1] = from_text(part.text, pictures)
        end
    end
    return table.concat(words, " ")
end

-- -> pictures, words. The same picture often stands in both places: images win.
local function sort_message(message)
    local pictures, in_content = {}, {}
    local content, words = message.content, ""
    from_images(message, pictures)
    if type(content) == "string" then
        words = from_text(content, in_content)
    elseif type(content) == "table" then
        words = from_parts(content, in_content)
    end
    return #pictures > 0 and pictures or in_content, words
end

local function usage(meta)
    local input = type(meta) == "table" and tonumber(meta.prompt_tokens)
    if not input then
        return nil
    end
    local details = type(meta.completion_tokens_details) == "table" and meta.completion_tokens_details or {}
    local image_out = tonumber(details.image_tokens) or 0
    return { text_in = input, image_out = image_out,
        text_out = (tonumber(meta.completion_tokens) or 0) - image_out }
end

-- What the code of an error inside a 200 would be as a status; any other: the maker failed, and may have charged.
local HIDDEN = {
    [400] = { "invalid_value" }, [402] = { "insufficient_quota" }, [403] = { "upstream_error" },
    [429] = { "rate_limit_exceeded", retry = true },
}

local function is_moderation(err)
    return type(err.metadata) == "table" and (err.metadata.reasons or err.metadata.flagged_input) ~= nil
end

-- An error may hide in a body whose status is 200.
local function hidden_error(body, choice)
    local err = body.error or choice.error
    if not err then
        return nil
    end
    err = type(err) == "table" and err or { message = err }
    local message = "provider: expected a picture, got: " .. pictor.words(err.message or err.code)
    if is_moderation(err) then
        return pictor.fail("content_policy_violation", message, { param = "prompt" })
    end
    local row = HIDDEN[math.tointeger(tonumber(err.code))] or { "upstream_error", retry = true, charged = true }
    return pictor.fail(row[1], message, { retry = row.retry, charged = row.charged })
end

local function no_picture(choice, message, words, spent)
    local said = type(message.refusal) == "string" and message.refusal or words
    if choice.finish_reason == "content_filter" or type(message.refusal) == "string" then
        return nil, pictor.fail("content_policy_violation",
            ("prompt: expected one that the provider draws, got refused: %s"):format(said ~= "" and pictor.words(said) or "content_filter"),
            { param = "prompt", usage = spent.usage, cost = spent.cost })
    end
    return nil, pictor.fail("no_images_generated", ("model: expected a picture, got %s"):format(
        said ~= "" and "these words: " .. pictor.words(said) or pictor.show(choice.finish_reason)),
        { retry = true, charged = true, usage = spent.usage, cost = spent.cost })
end

local function read(answer)
    local body = answer.json
    local choice = type(body.choices) == "table" and body.choices[1] or {}
    local message = type(choice.message) == "table" and choice.message or {}
    local pictures, words = sort_message(message)
    local cost = type(body.usage) == "table" and tonumber(body.usage.cost) or nil
    local spent = { usage = usage(body.usage), cost = cost }
    if #pictures == 0 then
        local err = hidden_error(body, choice)
        if err then
            return nil, err
        end
        return no_picture(choice, message, words, spent)
    end
    return { pictures = pictures, usage = spent.usage, cost = spent.cost }
end

-- The router wraps what the maker said; its own words are only "Provider returned error".
local function read_error(answer, _, fail)
    local err = type(answer.json) == "table" and answer.json.error
    local metadata = type(err) == "table" and err.metadata
    if type(metadata) ~= "table" then
        return fail
    end
    if is_moderation(err) then
        return pictor.fail("content_policy_violation", fail.message, { param = "prompt" })
    end
    local inner = type(metadata.raw) == "string" and pictor.json.decode(metadata.raw)
    local words = type(inner) == "table" and type(inner.error) == "table" and inner.error.message
    if type(words) == "string" then
        fail.message = ("%s (%s)"):format(fail.message, pictor.words(words))
    end
    return fail
end

return {
    takes = { "aspect_ratio", "images", "seed", "user" },
    formats = {},       -- a router promises none
    options = {
        api_key = { type = "text", required = true, secret = true, about = "The router's key." },
        base_url = { type = "url", required = true, about = "Where its API is, up to and with its version." },
        vendor_in_id = {
            type = "boolean", default = true,
            about = "Send vendor/model, as OpenRouter has its ids; false: model, as LLM Gateway has them.",
        },
        modalities = { type = "list", about = "In place of { \"image\", \"text\" }; { \"image\" } for models that never talk." },
    },
    build = build,
    read = read,
    read_error = read_error,
}
