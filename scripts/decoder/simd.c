/*
 * The inner loops of libjpeg-turbo's decompressor in WebAssembly's vector instructions, behind the hooks it has for
 * such code (src/jsimd.h). Each gives the same bytes as the plain C it stands for; the comments name that.
 */
#define JPEG_INTERNALS
#include <wasm_simd128.h>
#include "jinclude.h"
#include "jpeglib.h"
#include "jdct.h"
#include "jsimd.h"
#include "jsimddct.h"

int jsimd_can_ycc_rgb(void) { return 1; }
int jsimd_can_idct_islow(void) { return 1; }
int jsimd_can_h2v1_fancy_upsample(void) { return 1; }
int jsimd_can_h2v2_fancy_upsample(void) { return 1; }

/* Left to the plain C. */
int jsimd_can_ycc_rgb565(void) { return 0; }
int jsimd_can_h1v2_fancy_upsample(void) { return 0; }
int jsimd_can_h2v1_upsample(void) { return 0; }
int jsimd_can_h2v2_upsample(void) { return 0; }
int jsimd_can_int_upsample(void) { return 0; }
int jsimd_can_h2v1_merged_upsample(void) { return 0; }
int jsimd_can_h2v2_merged_upsample(void) { return 0; }
int jsimd_can_idct_2x2(void) { return 0; }
int jsimd_can_idct_4x4(void) { return 0; }
int jsimd_can_idct_6x6(void) { return 0; }
int jsimd_can_idct_12x12(void) { return 0; }
int jsimd_can_idct_ifast(void) { return 0; }
int jsimd_can_idct_float(void) { return 0; }

static v128_t pairs(int first, int second)
{
  return wasm_i32x4_splat((int32_t)((uint32_t)second << 16 | (uint16_t)first));
}

/* first * a + second * b of the pairs, in 32 bits: low and high half. */
typedef struct {
  v128_t low, high;
} Wide;

static Wide dot(v128_t low, v128_t high, v128_t factors)
{
  return (Wide){ wasm_i32x4_dot_i16x8(low, factors), wasm_i32x4_dot_i16x8(high, factors) };
}
static Wide plus(Wide a, Wide b)
{
  return (Wide){ wasm_i32x4_add(a.low, b.low), wasm_i32x4_add(a.high, b.high) };
}
static Wide minus(Wide a, Wide b)
{
  return (Wide){ wasm_i32x4_sub(a.low, b.low), wasm_i32x4_sub(a.high, b.high) };
}
#define LOW(a, b) wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH(a, b) wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)

/*
 * ycc_rgb_convert_internal (jdcolext.c), with four bytes a pixel. Its factors of 16.16 bits are split into a whole
 * number and a rest of 16 bits: 1.402 = 1 + 26345, 1.772 = 2 - 14942, 0.71414 = 1 - 18734.
 */
void jsimd_ycc_rgb_convert(j_decompress_ptr cinfo, JSAMPIMAGE input, JDIMENSION row, JSAMPARRAY output, int rows)
{
  const v128_t of_red = pairs(0, 26345), of_green = pairs(-22554, 18734), of_blue = pairs(-14942, 0);
  const v128_t centre = wasm_i16x8_splat(128), half = wasm_i32x4_splat(32768), opaque = wasm_i16x8_splat(255);
  for (; rows > 0; rows--, row++, output++) {
    const uint8_t *luma = input[0][row], *blues = input[1][row], *reds = input[2][row];
    uint8_t *out = *output;
    /* libjpeg pads its rows to whole blocks of eight; the filter's rows have room for 16 pixels more. */
    for (JDIMENSION x = 0; x < cinfo->output_width; x += 8, out += 32) {
      v128_t y = wasm_u16x8_load8x8(luma + x);
      v128_t cb = wasm_i16x8_sub(wasm_u16x8_load8x8(blues + x), centre);
      v128_t cr = wasm_i16x8_sub(wasm_u16x8_load8x8(reds + x), centre);
      v128_t low = LOW(cb, cr), high = HIGH(cb, cr);
#define SHARE(factors)                                                                                 \
  wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(wasm_i32x4_add(wasm_i32x4_dot_i16x8(low, factors), half), 16), \
                          wasm_i32x4_shr(wasm_i32x4_add(wasm_i32x4_dot_i16x8(high, factors), half), 16))
      v128_t red = wasm_i16x8_add(wasm_i16x8_add(y, cr), SHARE(of_red));
      v128_t green = wasm_i16x8_add(wasm_i16x8_sub(y, cr), SHARE(of_green));
      v128_t blue = wasm_i16x8_add(wasm_i16x8_add(y, wasm_i16x8_shl(cb, 1)), SHARE(of_blue));
#undef SHARE
      v128_t red_blue = wasm_u8x16_narrow_i16x8(red, blue);
      v128_t green_x = wasm_u8x16_narrow_i16x8(green, opaque);
      v128_t red_green = wasm_i8x16_shuffle(red_blue, green_x, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v128_t blue_x = wasm_i8x16_shuffle(red_blue, green_x, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
      wasm_v128_store(out, LOW(red_green, blue_x));
      wasm_v128_store(out + 16, HIGH(red_green, blue_x));
    }
  }
}

/* One row or column of h2v2_fancy_upsample (jdsample.c): 3/4 of the nearer sample, 1/4 of the other, both ways. */
static void stretch(const uint8_t *near, const uint8_t *far, uint8_t *out, JDIMENSION width)
{
  const v128_t three = wasm_i16x8_splat(3), seven = wasm_i16x8_splat(7), eight = wasm_i16x8_splat(8);
#define SUM(at) (near[at] * 3 + far[at])
#define SUMS(at) wasm_i16x8_add(wasm_i16x8_mul(wasm_u16x8_load8x8(near + (at)), three), wasm_u16x8_load8x8(far + (at)))
  out[0] = (SUM(0) * 4 + 8) >> 4;
  out[1] = (SUM(0) * 3 + SUM(1) + 7) >> 4;
  JDIMENSION x = 1;
  for (; x + 9 <= width; x += 8) {
    v128_t thrice = wasm_i16x8_mul(SUMS(x), three);
    v128_t even = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(thrice, SUMS(x - 1)), eight), 4);
    v128_t odd = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(thrice, SUMS(x + 1)), seven), 4);
    wasm_v128_store(out + x * 2, wasm_v128_or(even, wasm_i16x8_shl(odd, 8)));
  }
  for (; x + 1 < width; x++) {
    out[x * 2] = (SUM(x) * 3 + SUM(x - 1) + 8) >> 4;
    out[x * 2 + 1] = (SUM(x) * 3 + SUM(x + 1) + 7) >> 4;
  }
  out[x * 2] = (SUM(x) * 3 + SUM(x - 1) + 8) >> 4;
  out[x * 2 + 1] = (SUM(x) * 4 + 7) >> 4;
#undef SUM
#undef SUMS
}

void jsimd_h2v2_fancy_upsample(j_decompress_ptr cinfo, jpeg_component_info *component, JSAMPARRAY input,
                               JSAMPARRAY *output)
{
  for (int row = 0; row < cinfo->max_v_samp_factor; row += 2, input++) {
    stretch(input[0], input[-1], (*output)[row], component->downsampled_width);
    stretch(input[0], input[1], (*output)[row + 1], component->downsampled_width);
  }
}

/* h2v1_fancy_upsample (jdsample.c) */
void jsimd_h2v1_fancy_upsample(j_decompress_ptr cinfo, jpeg_component_info *component, JSAMPARRAY input,
                               JSAMPARRAY *output)
{
  const v128_t three = wasm_i16x8_splat(3), one = wasm_i16x8_splat(1), two = wasm_i16x8_splat(2);
  JDIMENSION width = component->downsampled_width;
  for (int row = 0; row < cinfo->max_v_samp_factor; row++) {
    const uint8_t *in = input[row];
    uint8_t *out = (*output)[row];
    out[0] = in[0];
    out[1] = (in[0] * 3 + in[1] + 2) >> 2;
    JDIMENSION x = 1;
    for (; x + 9 <= width; x += 8) {
      v128_t thrice = wasm_i16x8_mul(wasm_u16x8_load8x8(in + x), three);
      v128_t even = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(thrice, wasm_u16x8_load8x8(in + x - 1)), one), 2);
      v128_t odd = wasm_u16x8_shr(wasm_i16x8_add(wasm_i16x8_add(thrice, wasm_u16x8_load8x8(in + x + 1)), two), 2);
      wasm_v128_store(out + x * 2, wasm_v128_or(even, wasm_i16x8_shl(odd, 8)));
    }
    for (; x + 1 < width; x++) {
      out[x * 2] = (in[x] * 3 + in[x - 1] + 1) >> 2;
      out[x * 2 + 1] = (in[x] * 3 + in[x + 1] + 2) >> 2;
    }
    out[x * 2] = (in[x] * 3 + in[x - 1] + 1) >> 2;
    out[x * 2 + 1] = in[x];
  }
}

/* Numbers of jidctint.c, 13 bits after the point. */
enum {
  F_0_298 = 2446, F_0_390 = 3196, F_0_541 = 4433, F_0_765 = 6270, F_0_899 = 7373, F_1_175 = 9633,
  F_1_501 = 12299, F_1_847 = 15137, F_1_961 = 16069, F_2_053 = 16819, F_2_562 = 20995, F_3_072 = 25172
};

/* One pass of jpeg_idct_islow (jidctint.c) over eight columns at once; products taken in pairs, as its SSE2 form does. */
static inline void idct_pass(v128_t *v, int shift)
{
  const v128_t half = wasm_i32x4_splat(1 << (shift - 1));
  v128_t low = LOW(v[2], v[6]), high = HIGH(v[2], v[6]);
  Wide even2 = dot(low, high, pairs(F_0_541, F_0_541 - F_1_847));
  Wide even3 = dot(low, high, pairs(F_0_541 + F_0_765, F_0_541));
  low = LOW(v[0], v[4]);
  high = HIGH(v[0], v[4]);
  Wide even0 = dot(low, high, pairs(1 << 13, 1 << 13)), even1 = dot(low, high, pairs(1 << 13, -(1 << 13)));
  Wide sums[4] = { plus(even0, even3), plus(even1, even2), minus(even1, even2), minus(even0, even3) };

  v128_t z3 = wasm_i16x8_add(v[7], v[3]), z4 = wasm_i16x8_add(v[5], v[1]);
  low = LOW(z3, z4);
  high = HIGH(z3, z4);
  Wide third = dot(low, high, pairs(F_1_175 - F_1_961, F_1_175));
  Wide fourth = dot(low, high, pairs(F_1_175, F_1_175 - F_0_390));
  low = LOW(v[7], v[1]);
  high = HIGH(v[7], v[1]);
  Wide odd0 = plus(dot(low, high, pairs(F_0_298 - F_0_899, -F_0_899)), third);
  Wide odd3 = plus(dot(low, high, pairs(-F_0_899, F_1_501 - F_0_899)), fourth);
  low = LOW(v[5], v[3]);
  high = HIGH(v[5], v[3]);
  Wide odd1 = plus(dot(low, high, pairs(F_2_053 - F_2_562, -F_2_562)), fourth);
  Wide odd2 = plus(dot(low, high, pairs(-F_2_562, F_3_072 - F_2_562)), third);
  Wide differences[4] = { odd3, odd2, odd1, odd0 };
  for (int i = 0; i < 4; i++) {
    Wide sum = { wasm_i32x4_add(sums[i].low, half), wasm_i32x4_add(sums[i].high, half) };
    Wide up = plus(sum, differences[i]), down = minus(sum, differences[i]);
    v[i] = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(up.low, shift), wasm_i32x4_shr(up.high, shift));
    v[7 - i] = wasm_i16x8_narrow_i32x4(wasm_i32x4_shr(down.low, shift), wasm_i32x4_shr(down.high, shift));
  }
}

static inline void transpose(v128_t *v)
{
  v128_t a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[i * 2] = LOW(v[i], v[i + 4]);
    a[i * 2 + 1] = HIGH(v[i], v[i + 4]);
  }
  /* a: rows 0,4 | 1,5 | 2,6 | 3,7 interleaved, columns 0-3 then 4-7 of each */
  for (int i = 0; i < 4; i++) {
    b[i * 2] = LOW(a[i], a[i + 4]);
    b[i * 2 + 1] = HIGH(a[i], a[i + 4]);
  }
  for (int i = 0; i < 4; i++) {
    v[i * 2] = LOW(b[i], b[i + 4]);
    v[i * 2 + 1] = HIGH(b[i], b[i + 4]);
  }
}

void jsimd_idct_islow(j_decompress_ptr cinfo, jpeg_component_info *component, JCOEFPTR block, JSAMPARRAY output,
                      JDIMENSION column)
{
  const int16_t *table = component->dct_table;
  const v128_t centre = wasm_i8x16_splat(-128);
  v128_t v[8];
  for (int i = 0; i < 8; i++) v[i] = wasm_v128_load(block + i * 8);
  v128_t rest = wasm_v128_or(wasm_v128_or(wasm_v128_or(v[1], v[2]), wasm_v128_or(v[3], v[4])),
                             wasm_v128_or(wasm_v128_or(v[5], v[6]), v[7]));
  rest = wasm_v128_or(rest, wasm_i16x8_replace_lane(v[0], 0, 0));
  if (!wasm_v128_any_true(rest)) {
    /* A plain block: what both passes come to. */
    v128_t level = wasm_i16x8_splat((int16_t)(((int16_t)(block[0] * table[0]) * 4 + 16) >> 5));
    v128_t samples = wasm_v128_xor(wasm_i8x16_narrow_i16x8(level, level), centre);
    for (int i = 0; i < 8; i++) wasm_v128_store64_lane(output[i] + column, samples, 0);
    return;
  }
  for (int i = 0; i < 8; i++) v[i] = wasm_i16x8_mul(v[i], wasm_v128_load(table + i * 8));
  idct_pass(v, 11);
  transpose(v);
  idct_pass(v, 18);
  transpose(v);
  for (int i = 0; i < 8; i += 2) {
    v128_t samples = wasm_v128_xor(wasm_i8x16_narrow_i16x8(v[i], v[i + 1]), centre);
    wasm_v128_store64_lane(output[i] + column, samples, 0);
    wasm_v128_store64_lane(output[i + 1] + column, samples, 1);
  }
}

/* Referenced, never called. */
#define NEVER(name, ...) void name(__VA_ARGS__) { __builtin_trap(); }
#define SAMPLES j_decompress_ptr a, jpeg_component_info *b, JSAMPARRAY c, JSAMPARRAY *d
#define BLOCK j_decompress_ptr a, jpeg_component_info *b, JCOEFPTR c, JSAMPARRAY d, JDIMENSION e
NEVER(jsimd_ycc_rgb565_convert, j_decompress_ptr a, JSAMPIMAGE b, JDIMENSION c, JSAMPARRAY d, int e)
NEVER(jsimd_h2v1_merged_upsample, j_decompress_ptr a, JSAMPIMAGE b, JDIMENSION c, JSAMPARRAY d)
NEVER(jsimd_h2v2_merged_upsample, j_decompress_ptr a, JSAMPIMAGE b, JDIMENSION c, JSAMPARRAY d)
NEVER(jsimd_h1v2_fancy_upsample, SAMPLES)
NEVER(jsimd_h2v1_upsample, SAMPLES)
NEVER(jsimd_h2v2_upsample, SAMPLES)
NEVER(jsimd_int_upsample, SAMPLES)
NEVER(jsimd_idct_2x2, BLOCK)
NEVER(jsimd_idct_4x4, BLOCK)
NEVER(jsimd_idct_6x6, BLOCK)
NEVER(jsimd_idct_12x12, BLOCK)
NEVER(jsimd_idct_ifast, BLOCK)
NEVER(jsimd_idct_float, BLOCK)
