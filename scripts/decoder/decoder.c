/*
 * JPEG to the pixels a network sees: libjpeg-turbo, and behind it a triangle filter that takes the rows as they come.
 * Compiled to WebAssembly by build.sh, so every machine computes the same bytes, and a hostile file damages nothing
 * but the memory in here. One picture at a time. After `fail` was called, nothing of this memory may be used again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasm_simd128.h>
#include "jpeglib.h"

#define EXPORT(name) __attribute__((export_name(name)))

/* Throws in JavaScript. `code` is libjpeg's message number, or one of those below. */
__attribute__((import_module("env"), import_name("fail"), noreturn)) void fail(int code);
enum { OUT_OF_MEMORY = -1, WRONG_SIZE = -2 };

static void *allocate(size_t bytes)
{
  void *memory = malloc(bytes);
  if (memory == NULL) fail(OUT_OF_MEMORY);
  return memory;
}

/* -- The filter -- */

/* For each output position the first input position it draws on, how many, and where their weights begin. */
typedef struct {
  int size, taps;
  int *first, *count;
  float *weights;
} Axis;

/*
 * The triangle filter from `extent`, which `from` pixels cover, to `to` positions: half-pixel centres, its support
 * widened by the ratio when it shrinks, its weights normalised at the borders. What Pillow's BILINEAR does.
 */
static void make_axis(Axis *axis, int from, double extent, int to)
{
  double scale = extent / to;
  double support = scale > 1 ? scale : 1;
  int taps = (int)support * 2 + 3;
  if (taps > from) taps = from;
  axis->size = to;
  axis->taps = taps;
  axis->first = allocate(sizeof(int) * to);
  axis->count = allocate(sizeof(int) * to);
  axis->weights = allocate(sizeof(float) * to * taps);
  for (int i = 0; i < to; i++) {
    double centre = (i + 0.5) * scale;
    double low = centre - support + 0.5;
    double high = centre + support + 0.5;
    int begin = low > 0 ? (int)low : 0;
    int end = high < from ? (int)high : from;
    if (end > begin + taps) end = begin + taps;
    double sum = 0;
    for (int pass = 0; pass < 2; pass++)
      for (int at = begin; at < end; at++) {
        double distance = at + 0.5 - centre;
        double weight = 1 - (distance < 0 ? -distance : distance) / support;
        if (weight < 0) weight = 0;
        if (pass == 0) sum += weight;
        else axis->weights[i * taps + at - begin] = (float)(weight / sum);
      }
    axis->first[i] = begin;
    axis->count[i] = end - begin;
  }
}

static void free_axis(Axis *axis)
{
  free(axis->first);
  free(axis->count);
  free(axis->weights);
}

/* Rows come in, four bytes a pixel, the last `slots` of them are kept; as soon as it can be, a row goes out. */
static struct {
  Axis rows, columns;
  int width, height, slots, next, done;
  size_t stride;
  uint8_t *ring;
  const uint8_t **drawn;
  float *between;
  uint8_t *out;
} filter;

static void begin_filter(int width, double across, int height, double down, int to_width, int to_height)
{
  make_axis(&filter.columns, width, across, to_width);
  make_axis(&filter.rows, height, down, to_height);
  filter.width = width;
  filter.height = height;
  filter.slots = filter.rows.taps;
  filter.next = filter.done = 0;
  /* Rows are written eight pixels at a time. */
  filter.stride = ((size_t)width * 4 + 63) / 32 * 32;
  filter.ring = allocate(filter.stride * filter.slots);
  filter.drawn = allocate(sizeof(uint8_t *) * filter.slots);
  filter.between = allocate(filter.stride * sizeof(float));
  filter.out = allocate((size_t)to_width * to_height * 3 + 1);
}

static void end_filter(void)
{
  free_axis(&filter.columns);
  free_axis(&filter.rows);
  free(filter.ring);
  free(filter.drawn);
  free(filter.between);
}

static uint8_t *slot_of(int row)
{
  return filter.ring + filter.stride * (row % filter.slots);
}

/* Sixteen bytes at once, as floats; the sums are taken in the order of the rows. */
static void resize_rows(int index)
{
  const float *weights = filter.rows.weights + index * filter.rows.taps;
  int count = filter.rows.count[index];
  for (int tap = 0; tap < count; tap++) filter.drawn[tap] = slot_of(filter.rows.first[index] + tap);
  for (size_t at = 0; at < filter.stride; at += 16) {
    v128_t a = wasm_f32x4_splat(0), b = a, c = a, d = a;
    for (int tap = 0; tap < count; tap++) {
      v128_t weight = wasm_f32x4_splat(weights[tap]);
      v128_t bytes = wasm_v128_load(filter.drawn[tap] + at);
      v128_t low = wasm_u16x8_extend_low_u8x16(bytes), high = wasm_u16x8_extend_high_u8x16(bytes);
      a = wasm_f32x4_add(a, wasm_f32x4_mul(weight, wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(low))));
      b = wasm_f32x4_add(b, wasm_f32x4_mul(weight, wasm_f32x4_convert_i32x4(wasm_u32x4_extend_high_u16x8(low))));
      c = wasm_f32x4_add(c, wasm_f32x4_mul(weight, wasm_f32x4_convert_i32x4(wasm_u32x4_extend_low_u16x8(high))));
      d = wasm_f32x4_add(d, wasm_f32x4_mul(weight, wasm_f32x4_convert_i32x4(wasm_u32x4_extend_high_u16x8(high))));
    }
    wasm_v128_store(filter.between + at, a);
    wasm_v128_store(filter.between + at + 4, b);
    wasm_v128_store(filter.between + at + 8, c);
    wasm_v128_store(filter.between + at + 12, d);
  }
}

/* A pixel at once; the last byte written of each is overwritten by the next. */
static void resize_columns(int index)
{
  const Axis *axis = &filter.columns;
  const float *weights = axis->weights;
  uint8_t *out = filter.out + (size_t)index * axis->size * 3;
  for (int i = 0; i < axis->size; i++, weights += axis->taps, out += 3) {
    const float *pixel = filter.between + axis->first[i] * 4;
    v128_t sum = wasm_f32x4_splat(0);
    for (int tap = 0; tap < axis->count[i]; tap++, pixel += 4)
      sum = wasm_f32x4_add(sum, wasm_f32x4_mul(wasm_f32x4_splat(weights[tap]), wasm_v128_load(pixel)));
    v128_t rounded = wasm_i32x4_trunc_sat_f32x4(wasm_f32x4_add(sum, wasm_f32x4_splat(0.5f)));
    v128_t narrow = wasm_i16x8_narrow_i32x4(rounded, rounded);
    wasm_v128_store32_lane(out, wasm_u8x16_narrow_i16x8(narrow, narrow), 0);
  }
}

/* Row `filter.next` stands in its slot. */
static void row_came(void)
{
  filter.next++;
  for (; filter.done < filter.rows.size; filter.done++) {
    if (filter.rows.first[filter.done] + filter.rows.count[filter.done] > filter.next) break;
    resize_rows(filter.done);
    resize_columns(filter.done);
  }
}

/* -- Colours -- */

/*
 * From the colours of a profile to sRGB: what each value of red, green and blue adds to the three (and the rounding),
 * with 28 bits behind the point, and the value of each of 2^14 + 1 steps of light.
 */
enum { LIGHT_BITS = 14, LIGHTS = (1 << LIGHT_BITS) + 1 };
static struct {
  _Alignas(16) int32_t products[3][256][4];
  uint8_t encoded[LIGHTS];
} colours;

static void convert_row(uint8_t *pixel, int width)
{
  const v128_t dark = wasm_i32x4_splat(0), bright = wasm_i32x4_splat(LIGHTS - 1);
  for (; width > 0; width--, pixel += 4) {
    v128_t sum = wasm_i32x4_add(wasm_v128_load(colours.products[0][pixel[0]]),
      wasm_i32x4_add(wasm_v128_load(colours.products[1][pixel[1]]), wasm_v128_load(colours.products[2][pixel[2]])));
    v128_t light = wasm_i32x4_min(wasm_i32x4_max(wasm_i32x4_shr(sum, LIGHT_BITS), dark), bright);
    pixel[0] = colours.encoded[wasm_i32x4_extract_lane(light, 0)];
    pixel[1] = colours.encoded[wasm_i32x4_extract_lane(light, 1)];
    pixel[2] = colours.encoded[wasm_i32x4_extract_lane(light, 2)];
  }
}

/* -- What JavaScript calls -- */

static uint8_t *input;
static size_t input_size;

/* Room for what comes in: a file, or some rows. */
EXPORT("reserve") uint8_t *reserve(size_t bytes)
{
  if (bytes > input_size) {
    free(input);
    input = allocate(bytes);
    input_size = bytes;
  }
  return input;
}

/* Where the tables are written before a picture is decoded by them: the products, then the values. */
EXPORT("colours") void *place_of_colours(void)
{
  return &colours;
}

/* Frees a picture that `decode` or `finish` gave. */
EXPORT("release") void release(uint8_t *picture)
{
  free(picture);
}

EXPORT("begin") void begin(int width, int height, int to_width, int to_height)
{
  begin_filter(width, width, height, height, to_width, to_height);
}

/* The next rows, three bytes a pixel, stand in `input`. */
EXPORT("push") void push(int rows)
{
  const uint8_t *from = input;
  while (rows-- > 0) {
    uint8_t *to = slot_of(filter.next);
    for (int i = 0; i < filter.width; i++, from += 3, to += 4) {
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
    }
    row_came();
  }
}

/* The picture, three bytes a pixel. */
EXPORT("finish") uint8_t *finish(void)
{
  if (filter.next != filter.height) fail(WRONG_SIZE);
  end_filter();
  return filter.out;
}

static void exit_with_error(j_common_ptr info)
{
  fail(info->err->msg_code);
}

/* A file with anything wrong in it is not for us. */
static void emit_message(j_common_ptr info, int level)
{
  if (level < 0) fail(info->err->msg_code);
}

static void ignore(j_common_ptr info)
{
}

static void format_nothing(j_common_ptr info, char *buffer)
{
  *buffer = 0;
}

/*
 * The JPEG file in `input`, decoded at 1/`shrink` (1, 2, 4, 8) of its size, its colours converted if `convert` is not 0,
 * and resized. `width` and `height` are those of the file.
 */
EXPORT("decode") uint8_t *decode(size_t bytes, int width, int height, int shrink, int convert, int to_width, int to_height)
{
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  memset(&errors, 0, sizeof errors);
  errors.error_exit = exit_with_error;
  errors.emit_message = emit_message;
  errors.output_message = ignore;
  errors.format_message = format_nothing;
  errors.reset_error_mgr = ignore;
  info.err = &errors;
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, input, bytes);
  jpeg_read_header(&info, TRUE);
  if ((int)info.image_width != width || (int)info.image_height != height) fail(WRONG_SIZE);
  info.out_color_space = JCS_EXT_RGBX;
  info.scale_num = 1;
  info.scale_denom = shrink;
  jpeg_start_decompress(&info);
  begin_filter(info.output_width, (double)width / shrink, info.output_height, (double)height / shrink, to_width, to_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = slot_of(info.output_scanline);
    jpeg_read_scanlines(&info, &row, 1);
    if (convert) convert_row(row, info.output_width);
    row_came();
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  end_filter();
  return filter.out;
}
