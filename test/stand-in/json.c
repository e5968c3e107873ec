/* A small JSON reader: strict, bounded in depth, names kept in order. */
#include "stand-in.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct reader {
    const char *start, *at;
    const char *problem;
};

static struct json *read_value(struct reader *reader, int depth);

static void skip_space(struct reader *reader) {
    while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n' || *reader->at == '\r') reader->at++;
}

static struct json *refuse(struct reader *reader, const char *problem) {
    if (reader->problem == NULL) reader->problem = problem;
    return NULL;
}

static int hex4(const char *text) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* A surrogate pair's halves are kept apart as three bytes each: nothing here prints them. */
static char *put_utf8(char *out, int c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

static char *read_string(struct reader *reader) {
    if (*reader->at != '"') return (char *)refuse(reader, "a string was expected");
    const char *at = ++reader->at;
    char *text = malloc(strlen(at) + 1), *out = text;
    for (;;) {
        unsigned char c = (unsigned char)*at++;
        if (c == '"') break;
        if (c < 0x20) {
            free(text);
            return (char *)refuse(reader, "a string does not end");
        }
        if (c != '\\') {
            *out++ = (char)c;
            continue;
        }
        static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
        const char *simple = *at == 0 ? NULL : strchr(from, *at);
        if (simple != NULL) {
            *out++ = to[simple - from];
            at++;
        } else if (*at == 'u' && hex4(at + 1) > 0) {
            out = put_utf8(out, hex4(at + 1));
            at += 5;
        } else {
            free(text);
            return (char *)refuse(reader, "an escape that is none");
        }
    }
    *out = 0;
    reader->at = at;
    return text;
}

static struct json *new_json(int kind) {
    struct json *value = calloc(1, sizeof *value);
    value->kind = kind;
    return value;
}

static struct json *read_members(struct reader *reader, int depth, bool object) {
    char end = object ? '}' : ']';
    struct json *value = new_json(object ? JSON_OBJECT : JSON_LIST), **last = &value->first;
    reader->at++;
    skip_space(reader);
    if (*reader->at == end) {
        reader->at++;
        return value;
    }
    for (;;) {
        char *key = NULL;
        skip_space(reader);
        if (object) {
            key = read_string(reader);
            if (key == NULL) break;
            skip_space(reader);
            if (*reader->at++ != ':') {
                free(key);
                refuse(reader, "a colon was expected");
                break;
            }
            if (json_member(value, key) != NULL) refuse(reader, "a name occurs twice");
        }
        struct json *member = read_value(reader, depth + 1);
        if (member == NULL) {
            free(key);
            break;
        }
        member->key = key;
        *last = member;
        last = &member->next;
        skip_space(reader);
        if (*reader->at == ',') {
            reader->at++;
            continue;
        }
        if (*reader->at != end) {
            refuse(reader, "a comma or an end was expected");
            break;
        }
        reader->at++;
        return value;
    }
    json_free(value);
    return NULL;
}

static struct json *read_value(struct reader *reader, int depth) {
    if (depth > DEPTH_MAX) return refuse(reader, "too deep");
    skip_space(reader);
    char c = *reader->at;
    if (c == '{' || c == '[') return read_members(reader, depth, c == '{');
    if (c == '"') {
        char *text = read_string(reader);
        if (text == NULL) return NULL;
        struct json *value = new_json(JSON_STRING);
        value->string = text;
        return value;
    }
    static const struct { const char *word; int kind; } WORDS[] = {
        {"null", JSON_NULL}, {"false", JSON_FALSE}, {"true", JSON_TRUE}};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(WORDS[i].word);
        if (strncmp(reader->at, WORDS[i].word, length) != 0) continue;
        reader->at += length;
        return new_json(WORDS[i].kind);
    }
    size_t length = strspn(reader->at, "-+.eE0123456789");
    if (length == 0) return refuse(reader, "a value was expected");
    struct json *value = new_json(JSON_NUMBER);
    value->string = format("%.*s", (int)length, reader->at);
    reader->at += length;
    return value;
}

struct json *json_parse(const char *text, char **problem) {
    struct reader reader = {text, text, NULL};
    struct json *value = read_value(&reader, 0);
    skip_space(&reader);
    if (value != NULL && *reader.at != 0) refuse(&reader, "text after the end");
    if (reader.problem == NULL) return value;
    if (problem != NULL) *problem = format("%s at offset %zu", reader.problem, (size_t)(reader.at - text));
    json_free(value);
    return NULL;
}

void json_free(struct json *value) {
    while (value != NULL) {
        struct json *next = value->next;
        json_free(value->first);
        free(value->key);
        free(value->string);
        free(value);
        value = next;
    }
}

struct json *json_member(const struct json *object, const char *key) {
    if (object == NULL || object->kind != JSON_OBJECT) return NULL;
    for (struct json *member = object->first; member != NULL; member = member->next) {
        if (strcmp(member->key, key) == 0) return member;
    }
    return NULL;
}

struct json *json_at(const struct json *value, const char *path) {
    char name[128];
    while (value != NULL && *path != 0) {
        size_t length = strcspn(path, "/");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        value = json_member(value, name);
        path += length + (path[length] == '/');
    }
    return (struct json *)value;
}

const char *json_text(const struct json *value) {
    return value != NULL && value->kind == JSON_STRING ? value->string : NULL;
}

bool json_true(const struct json *value) { return value != NULL && value->kind == JSON_TRUE; }

int64_t json_integer(const struct json *value, int64_t otherwise) {
    return value != NULL && value->kind == JSON_NUMBER ? strtoll(value->string, NULL, 10) : otherwise;
}
