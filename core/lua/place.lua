-- place.lua - on which line of pictor.lua does an option stand?
--
-- A table does not remember where its keys were written, so the text is read
-- again: braces, the names in front of =, and entries that have none. Comments and
-- texts are passed over. What code computes is not found; its table is.
-- SPDX-License-Identifier: MIT
local place = {}

-- Behind the [[ … ]] or [=[ … ]=] that begins at `at`; nil when none does.
local function past_long(text, at)
    local level = text:match("^%[(=*)%[", at)
    if not level then
        return nil
    end
    local _, last = text:find("]" .. level .. "]", at, true)
    return (last or #text) + 1
end

local function past_quoted(text, at)
    local quote, from = text:sub(at, at), at + 1
    while true do
        local found = text:find("[\\" .. quote .. "]", from)
        if not found then
            return #text + 1
        elseif text:sub(found, found) == quote then
            return found + 1
        end
        from = found + 2
    end
end

local function past_comment(text, at)
    return past_long(text, at + 2) or text:find("\n", at, true) or #text + 1
end

-- The first position that is neither space nor comment.
local function past_blank(text, at)
    while true do
        at = text:match("^%s*()", at)
        if text:sub(at, at + 1) ~= "--" then
            return at
        end
        at = past_comment(text, at)
    end
end

-- The path of the entry of `table` that begins at `at`, and where its value begins.
local function entry(text, at, table)
    local name, behind = text:match("^([%a_][%w_]*)%s*=()[^=]", at)
    if not name then
        name, behind = text:match("^%[%s*[\"']([^\"']*)[\"']%s*%]%s*=()", at)
    end
    if name then
        return (table.path == "" and "" or table.path .. ".") .. name, behind
    end
    table.count = table.count + 1
    return ("%s[%d]"):format(table.path, table.count), at
end

local function begin_entry(scan, open)
    scan.at = past_blank(scan.text, scan.at)
    open.fresh = false
    if scan.text:find("^[^},;]", scan.at) then
        local from = scan.at
        open.entry, scan.at = entry(scan.text, from, open)
        scan.found[open.entry] = { from = from, to = #scan.text }
    end
end

local function end_entry(scan, open)
    local span = open.entry and not open.round and scan.found[open.entry]
    if span then
        span.to = scan.at
    end
end

-- What a character means. Each leaves scan.at behind what it has read.
local steps = {}

steps["{"] = function(scan, open)
    scan.open[#scan.open + 1] = { path = open and open.entry or "", count = 0, fresh = true }
end

steps["("] = function(scan, open)     -- its commas end no entry
    scan.open[#scan.open + 1] = { round = true, entry = open and open.entry }
end

steps["}"] = function(scan, open)
    if open then
        end_entry(scan, open)
        scan.open[#scan.open] = nil
    end
end
steps[")"] = steps["}"]

steps[","] = function(scan, open)
    if open and not open.round then
        end_entry(scan, open)
        open.fresh = true
    end
end
steps[";"] = steps[","]

local function past_text(text, at)
    local char = text:sub(at, at)
    if char == '"' or char == "'" then
        return past_quoted(text, at)
    elseif char == "[" then
        return past_long(text, at)
    end
    return text:sub(at, at + 1) == "--" and past_comment(text, at) or nil
end

-- path -> { from, to }: where each entry of each table stands. Of two with the same path the later counts.
local function entries(text)
    local scan = { text = text, at = 1, open = {}, found = {} }
    while scan.at <= #text do
        local open = scan.open[#scan.open]
        if open and open.fresh then
            begin_entry(scan, open)
        end
        local behind = past_text(text, scan.at)
        local step = not behind and steps[text:sub(scan.at, scan.at)]
        if step then
            step(scan, open)
        end
        scan.at = behind or scan.at + 1
    end
    return scan.found
end

local function line_at(text, position)
    local _, breaks = text:sub(1, position):gsub("\n", "")
    return breaks + 1
end

-- path: "providers.google.api_key" or "keys[2].name". -> the first and the last line of that
-- entry, true; those of the nearest table around it, false; or nil
function place.lines(text, path)
    local found, exact = entries(text), true
    while path and not found[path] do
        path, exact = path:match "^(.+)%.[^.%[]*$" or path:match "^(.+)%[[^%[]*%]$", false
    end
    local span = path and found[path]
    if span then
        return line_at(text, span.from), line_at(text, span.to), exact
    end
    return nil
end

return place
