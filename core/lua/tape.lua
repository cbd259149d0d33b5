-- tape.lua - does this exchange go out, is it written down, or was it written down before?
--
-- `pictor serve --record DIR` writes each exchange into DIR as a cassette; with --replay
-- DIR the cassettes answer, and nothing goes out. Without either, all of this is one
-- question. In both modes the process has one Lua state, so that what is counted here is
-- counted once.
-- SPDX-License-Identifier: MIT
local cassette = require "cassette"
local fail = require "fail"
local host = require "host"

local STEPS_MAX = 1000      -- answers of one conversation: an order that never ends would be asked about for ever

local tape = {}

local files                 -- the folder; nil: neither mode
local count = 0             -- recording: the number of the last cassette
local decks = {}            -- replay: key of a request -> { its cassettes' names …, given = how many were }
local shelf = {}            -- replay: all of them, as { name, label }

local function number_of(name)
    return math.tointeger(tonumber(name:match "^(%d+)%-")) or math.maxinteger
end

local function in_order(a, b)
    if number_of(a) ~= number_of(b) then
        return number_of(a) < number_of(b)
    end
    return a < b
end

local function list()
    local names, reason = files.list()
    if not names then
        error(("%s: %s"):format(files.path, reason), 0)
    elseif #names > files.most then
        error(("%s: expected at most %d cassettes, got more"):format(files.path, files.most), 0)
    end
    table.sort(names, in_order)
    return names
end

local function label_of(request)
    return request.method .. " " .. request.url
end

-- How many characters two texts have in common from their beginning.
local function alike(a, b)
    local n = 0
    while n < #a and a:byte(n + 1) == b:byte(n + 1) do
        n = n + 1
    end
    return n
end

-- -> { request, answer }. Throws what is wrong with it, with its name.
local function read(name)
    local text, reason = files.read(name)
    local found
    if text then
        found, reason = cassette.parse(text)
    end
    if not found then
        error(("%s/%s: %s"):format(files.path, name, reason), 0)
    end
    return found
end

-- ---- recording --------------------------------------------------------------------------

-- "0001-POST-api.example-generations.json": to be sorted, and to be found by eye.
local function name_for(number, request)
    local place, path = request.url:match "^%a+://([^/?#]+)([^?#]*)"
    local words = { request.method, place and place:gsub("^.*@", ""):gsub(":%d+$", "") or nil, path and path:match "([^/]+)/*$" }
    return ("%04d-%s.json"):format(number, (table.concat(words, "-"):gsub("[^%w._-]", "-"):sub(1, 120)))
end

local function write(number, request, result)
    if number > files.most then
        error(("expected at most %d cassettes"):format(files.most), 0)
    end
    local good, reason = files.write(name_for(number, request), cassette.text(request, result, files))
    if not good then
        error(reason, 0)
    end
end

-- A cassette that cannot be written is the operator's trouble, not the client's. The number is taken when the call starts: so
-- those that are under way together are played in the order in which they were sent.
local function record(asked, send)
    count = count + 1
    local number = count
    local good, request = pcall(cassette.request, asked, files)
    local result = send()
    if not cassette.may_be_kept(result) then
        return result
    end
    local reason = request
    if good then
        good, reason = pcall(write, number, request, result)
    end
    if not good then
        local address = asked.url:match "^[^?#]*"      -- what is behind it may be a signature
        host.log("error", "not recorded", { dir = files.path, number = number, url = address, error = tostring(reason) })
    end
    return result
end

-- ---- replay -----------------------------------------------------------------------------

local function shelve(name)
    local found = read(name)
    local missing = cassette.missing(found.answer, files)
    if missing then
        error(("%s/%s: expected the picture %s beside it, got none"):format(files.path, name, missing), 0)
    elseif found.request.private then
        return
    end
    local key = cassette.key(found.request)
    decks[key] = decks[key] or { given = 0 }
    table.insert(decks[key], name)
    table.insert(shelf, { name = name, label = label_of(found.request), url = found.request.url })
end

-- The first cassette with the same method and address; else the one whose address has the most in common, or nil.
local function nearest(request)
    local best, most = nil, -1
    for _, entry in ipairs(shelf) do
        local n = entry.label == label_of(request) and math.maxinteger or alike(entry.url, request.url)
        if n > most then
            best, most = entry, n
        end
    end
    return best
end

local function all_keys(a, b)
    local keys, seen = {}, {}
    for _, object in ipairs { a, b } do
        for key in pairs(object) do
            keys[#keys + 1] = not seen[key] and key or nil
            seen[key] = true
        end
    end
    table.sort(keys, function(one, other) return tostring(one) < tostring(other) end)
    return keys
end

-- The first difference, as "body.contents[1].text: expected … got …", or nil.
local function difference(a, b, path)
    if type(a) ~= "table" or type(b) ~= "table" then
        return a ~= b and ("%s: expected %s, got %s"):format(path, fail.show(a), fail.show(b)) or nil
    end
    for _, key in ipairs(all_keys(a, b)) do
        local found = difference(a[key], b[key], math.type(key) and ("%s[%d]"):format(path, key) or path .. "." .. key)
        if found then
            return found
        end
    end
    return nil
end

-- What the log says, so that a person sees why.
local function explain(request)
    local label = label_of(request)
    local entry = nearest(request)
    local good, found = pcall(read, entry and entry.name or "")
    local why
    if good and entry.label ~= label then
        why = ("call: expected %s, got %s"):format(entry.label, label)
    elseif good then
        why = difference(cassette.counts(found.request), cassette.counts(request), request.form and "form" or "body")
    end
    host.log("warn", "unrecorded", { call = label, nearest = entry and entry.name, difference = why })
end

local function unrecorded(request, reason)
    explain(request)
    return { outcome = "unrecorded", call = ("%s in %s"):format(label_of(request), files.path), reason = reason }
end

-- The same request gets its answers in order, then the last one again.
local function play(asked)
    local request = cassette.request(asked, files)
    local deck = decks[cassette.key(request)]
    if not deck then
        return unrecorded(request)
    elseif (asked.step or 0) >= STEPS_MAX then
        return { outcome = "timeout", reason = ("replay: expected an end within %d answers, got none"):format(STEPS_MAX) }
    end
    deck.given = deck.given + 1
    local good, result = pcall(function()
        return cassette.result(read(deck[math.min(deck.given, #deck)]).answer, asked, files)
    end)
    return good and result or unrecorded(request, tostring(result))
end

-- ---- for all ----------------------------------------------------------------------------

-- given: the recording's folder, or nil. Throws what is wrong with it.
function tape.start(given)
    files = given
    if not files then
        return
    end
    local names = list()
    if files.plays and #names == 0 then
        error(("--replay: expected a folder with cassettes, got none in \"%s\""):format(files.path), 0)
    end
    for _, name in ipairs(names) do
        if files.plays then
            shelve(name)
        elseif number_of(name) < math.maxinteger then
            count = math.max(count, number_of(name))
        end
    end
    host.log("info", files.plays and "replaying" or "recording", { dir = files.path, cassettes = #names })
end

function tape.plays()
    return files ~= nil and files.plays
end

-- describe() -> { method, url, headers, body or form, picture, private, any_seed, step } of a call; send() makes it, and waits.
-- -> what send() gives, as host.result() has it; or in a replay without a cassette { outcome = "unrecorded", call, reason }
function tape.exchange(describe, send)
    if not files then
        return send()
    elseif files.plays then
        return play(describe())
    end
    return record(describe(), send)
end

return tape
